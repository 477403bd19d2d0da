package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same training ends in the same bytes, however the JVM computes. */
class SameEverywhereTest {

  private static final String VECTORS = "jdk.incubator.vector";

  private static String expected;

  @BeforeAll
  static void trainWithTheScalarKernels() {
    expected =
        hash(
            ChildJvm.run(
                TrainingHash.class, List.of("--add-modules", VECTORS, "-Dmillrace.simd.bits=0")));
  }

  private static String hash(String output) {
    return output.lines().filter(line -> line.startsWith("sha256=")).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void everyRegisterWidthEndsInTheSameBytes(int bits) {
    String output =
        ChildJvm.run(
            TrainingHash.class, List.of("--add-modules", VECTORS, "-Dmillrace.simd.bits=" + bits));

    assertThat(output).contains("bits=" + bits);
    assertThat(hash(output)).isEqualTo(expected);
  }

  @Test
  void withoutTheModuleItEndsInTheSameBytes() {
    assertThat(hash(ChildJvm.run(TrainingHash.class, List.of()))).isEqualTo(expected);
  }

  @Test
  void withTheFirstCompilerAloneItEndsInTheSameBytes() {
    assertThat(hash(ChildJvm.run(TrainingHash.class, List.of("-XX:TieredStopAtLevel=1"))))
        .isEqualTo(expected);
  }

  @Test
  void interpretedItEndsInTheSameBytes() {
    assertThat(hash(ChildJvm.run(TrainingHash.class, List.of("-Xint")))).isEqualTo(expected);
  }

  @Test
  void noCallAllocatesOnceCompiled() {
    // Compiled in the foreground: in the background, what is inlined depends on the machine's load.
    // With the flags of the launcher and of flink-conf/config.yaml.
    List<String> flags =
        List.of(
            "--add-modules",
            VECTORS,
            "-Xbatch",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,dev.millrace.simd.VectorKernels::*");
    assertThat(ChildJvm.run(AllocationCheck.class, flags)).contains("bytes=0");
  }
}
