package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Jdks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same training ends in the same bytes, however and wherever the JVM computes. */
class SameEverywhereTest {

  /**
   * What {@link TrainingHash} prints. It changes with its models alone: whoever changes the
   * arithmetic breaks every model that is stored somewhere.
   */
  private static final String GOLDEN =
      "sha256=eaf1aafd92391dac61d70bd7ab095054a206cb9cd821fea21fbfda2fdf833821";

  private static void assertGolden(String output) {
    assertThat(output.lines().filter(line -> line.startsWith("sha256="))).containsExactly(GOLDEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void everyRegisterWidthGivesTheSameBytes(int bits) {
    assertGoldenAt(bits);
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(ints = {128, 512})
  void everyOtherRegisterWidthGivesTheSameBytes(int bits) {
    assertGoldenAt(bits);
  }

  private static void assertGoldenAt(int bits) {
    String output =
        ChildJvm.run(TrainingHash.class, List.of(ChildJvm.MODULE, "-Dmillrace.simd.bits=" + bits));

    assertThat(output).contains("bits=" + bits);
    assertGolden(output);
  }

  @Test
  void trainingWithoutTheVectorModuleGivesTheSameBytes() {
    assertGolden(ChildJvm.run(TrainingHash.class, List.of()));
  }

  /** First compiler, second compiler. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
  void everyCompilerGivesTheSameBytes(String flag) {
    assertGoldenWith(flag);
  }

  /** Interpreter, and no fused multiply-add. */
  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:-UseFMA"})
  void everyJvmExecutionModeGivesTheSameBytes(String flag) {
    assertGoldenWith(flag);
  }

  private static void assertGoldenWith(String flag) {
    List<String> flags = List.of(ChildJvm.MODULE, "-XX:+IgnoreUnrecognizedVMOptions", flag);
    assertGolden(ChildJvm.run(TrainingHash.class, flags));
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"-XX:+TieredCompilation", "-Xint"})
  void everyOtherJdkGivesTheSameBytes(String flag) {
    Map<Integer, Path> jdks = Jdks.others();
    assumeThat(jdks).as("JDKs 17 or newer other than this one").isNotEmpty();
    List<String> flags = List.of(ChildJvm.MODULE, flag);
    jdks.forEach((version, home) -> assertGolden(ChildJvm.run(home, TrainingHash.class, flags)));
  }

  @Test
  void noCallAllocatesOnceCompiled() {
    assertThat(ChildJvm.run(AllocationCheck.class, ChildJvm.AS_SHIPPED)).contains("bytes=0");
  }

  @Tag("exhaustive")
  @Test
  void noCallAllocatesOnceCompiledByAnyOtherJdk() {
    Map<Integer, Path> jdks = Jdks.others();
    assumeThat(jdks).as("JDKs 17 or newer other than this one").isNotEmpty();
    jdks.forEach(
        (version, home) ->
            assertThat(ChildJvm.run(home, AllocationCheck.class, ChildJvm.AS_SHIPPED))
                .as("JDK %s", version)
                .contains("bytes=0"));
  }
}
