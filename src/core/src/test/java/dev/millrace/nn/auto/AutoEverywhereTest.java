package dev.millrace.nn.auto;

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

/** The same mixtures end in the same bytes, however and wherever the JVM computes. */
class AutoEverywhereTest {

  /** What {@link AutoHash} prints. Whoever changes the arithmetic breaks every stored model. */
  static final String GOLDEN =
      "sha256=de6ab5b13f2022fcd52533bc2946688880f8e89aca9def3b25a7a5c26f459737";

  /** The same of mixtures that learn ids. */
  static final String GOLDEN_OF_IDS =
      "ids=386a67ecffa47060ff758e72c6760ca12831197796c1fb0f91eef26845e68da0";

  /** The same of mixtures of which some columns predict the value. */
  static final String GOLDEN_OF_EXPERTS =
      "experts=57a04ce0d395bc0ee09a0ceac6228f2106eeaff61390202ff696284332d5ae03";

  /** Hash of the models that networks with vectors of ids end in. */
  static final String GOLDEN_OF_EMBEDDINGS =
      "embeddings=8566bbcd7985630ee90e91c8618f2cbeffba01af18d34d90a9537113bacd8a69";

  private static void assertGolden(String output) {
    assertThat(output.lines().filter(line -> line.startsWith("sha256="))).containsExactly(GOLDEN);
    assertThat(output.lines().filter(line -> line.startsWith("ids=")))
        .containsExactly(GOLDEN_OF_IDS);
    assertThat(output.lines().filter(line -> line.startsWith("experts=")))
        .containsExactly(GOLDEN_OF_EXPERTS);
    assertThat(output.lines().filter(line -> line.startsWith("embeddings=")))
        .containsExactly(GOLDEN_OF_EMBEDDINGS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void everyRegisterWidthEndsInTheSameBytes(int bits) {
    assertGoldenAt(bits);
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(ints = {128, 512})
  void everyOtherRegisterWidthEndsInTheSameBytes(int bits) {
    assertGoldenAt(bits);
  }

  private static void assertGoldenAt(int bits) {
    String output =
        ChildJvm.run(AutoHash.class, List.of(ChildJvm.MODULE, "-Dmillrace.simd.bits=" + bits));

    assertThat(output).contains("bits=" + bits);
    assertGolden(output);
  }

  /** First compiler, second compiler. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
  void howeverTheJvmCompilesItEndsInTheSameBytes(String flag) {
    assertGoldenWith(flag);
  }

  /** Interpreter, and no fused multiply-add. */
  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:-UseFMA"})
  void howeverTheJvmExecutesItEndsInTheSameBytes(String flag) {
    assertGoldenWith(flag);
  }

  private static void assertGoldenWith(String flag) {
    List<String> flags = List.of(ChildJvm.MODULE, "-XX:+IgnoreUnrecognizedVMOptions", flag);
    assertGolden(ChildJvm.run(AutoHash.class, flags));
  }

  @Tag("exhaustive")
  @Test
  void everyOtherJdkEndsInTheSameBytes() {
    Map<Integer, Path> jdks = Jdks.others();
    assumeThat(jdks).as("JDKs 17 or newer other than this one").isNotEmpty();
    jdks.forEach(
        (version, home) ->
            assertGolden(ChildJvm.run(home, AutoHash.class, List.of(ChildJvm.MODULE))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", AutoAllocationCheck.NETWORKS})
  void noCallAllocatesOnceCompiled(String models) {
    String[] arguments = arguments(models);
    assertThat(ChildJvm.run(AutoAllocationCheck.class, ChildJvm.AS_SHIPPED, arguments))
        .contains("bytes=0");
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"", AutoAllocationCheck.NETWORKS})
  void noCallAllocatesOnceCompiledByAnyOtherJdk(String models) {
    Map<Integer, Path> jdks = Jdks.others();
    assumeThat(jdks).as("JDKs 17 or newer other than this one").isNotEmpty();
    String[] arguments = arguments(models);
    jdks.forEach(
        (version, home) ->
            assertThat(
                    ChildJvm.run(home, AutoAllocationCheck.class, ChildJvm.AS_SHIPPED, arguments))
                .as("JDK %s", version)
                .contains("bytes=0"));
  }

  private static String[] arguments(String models) {
    return models.isEmpty() ? new String[0] : new String[] {models};
  }
}
