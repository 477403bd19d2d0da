package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Jdks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
  @ValueSource(ints = {0, 128, 256, 512})
  void everyRegisterWidthGivesTheSameBytes(int bits) {
    String output =
        ChildJvm.run(TrainingHash.class, List.of(ChildJvm.MODULE, "-Dmillrace.simd.bits=" + bits));

    assertThat(output).contains("bits=" + bits);
    assertGolden(output);
  }

  @Test
  void trainingWithoutTheVectorModuleGivesTheSameBytes() {
    assertGolden(ChildJvm.run(TrainingHash.class, List.of()));
  }

  /** Interpreter, first compiler, second compiler, and no fused multiply-add. */
  @ParameterizedTest
  @ValueSource(
      strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-XX:-UseFMA"})
  void everyJvmExecutionModeGivesTheSameBytes(String flag) {
    List<String> flags = List.of(ChildJvm.MODULE, "-XX:+IgnoreUnrecognizedVMOptions", flag);
    assertGolden(ChildJvm.run(TrainingHash.class, flags));
  }

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
