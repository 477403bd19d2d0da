package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps SIMD off is said once, with the remedy. */
class KernelsFallbackTest {

  private static final List<String> MODULE = List.of("--add-modules", "jdk.incubator.vector");

  private static String probe(List<String> module, String... flags) {
    List<String> all = new ArrayList<>(module);
    all.add("-Duser.language=en");
    all.addAll(List.of(flags));
    return ChildJvm.run(KernelsProbe.class, all);
  }

  private static List<String> logged(String output, String level) {
    return output
        .lines()
        .filter(line -> line.startsWith(level + ": ") && !line.contains("incubator modules"))
        .toList();
  }

  private static void assertOffWithOneWarning(String output, String remedy) {
    assertThat(output).contains("bits=0");
    assertThat(logged(output, "WARNING")).singleElement().asString().contains(remedy);
  }

  @Test
  void withoutTheModuleItNamesTheFlagToAdd() {
    assertOffWithOneWarning(
        probe(List.of()), "SIMD is off: start Java with --add-modules jdk.incubator.vector");
  }

  /** Such as one of jlink, and any JDK in which the module has another name. */
  @Test
  void inARuntimeThatLacksTheModuleItNamesOtherRuntimes(@TempDir Path folder) {
    Optional<ToolProvider> jlink = ToolProvider.findFirst("jlink");
    assumeTrue(jlink.isPresent(), "this runtime has no jlink");
    Path home = folder.resolve("runtime");
    String modules = "java.base,java.logging,jdk.management";
    assertThat(
            jlink
                .get()
                .run(System.out, System.err, "--add-modules", modules, "--output", "" + home))
        .isZero();

    assertOffWithOneWarning(
        ChildJvm.run(home, KernelsProbe.class, List.of("-Duser.language=en")),
        "this Java runtime has no module jdk.incubator.vector. Use a JDK of version 17 to 27");
  }

  @Test
  void aForcedWidthWithoutTheModuleNamesTheFlagToAdd() {
    assertOffWithOneWarning(
        probe(List.of(), "-Dmillrace.simd.bits=256"), "--add-modules jdk.incubator.vector");
  }

  @ParameterizedTest
  @CsvSource({
    "-Xint, -Xint",
    "-XX:TieredStopAtLevel=1, -XX:TieredStopAtLevel",
    "-XX:TieredStopAtLevel=3, -XX:TieredStopAtLevel",
    "-XX:CompilationMode=quick-only, -XX:CompilationMode"
  })
  void withoutTheOptimizingCompilerItNamesTheFlagToRemove(String flag, String remedy) {
    String output = probe(MODULE, flag);

    assertOffWithOneWarning(output, remedy);
    assertThat(output).contains("(C2)");
  }

  @ParameterizedTest
  @CsvSource({"-XX:-UseFMA, -XX:-UseFMA", "-XX:UseAVX=0, -XX:UseAVX"})
  void withoutFusedMultiplyAddItNamesTheFlagToRemove(String flag, String remedy) {
    // Other processors do not have these flags.
    String output = probe(MODULE, "-XX:+IgnoreUnrecognizedVMOptions", flag);

    if (isX86()) {
      assertOffWithOneWarning(output, remedy);
      assertThat(output).contains("fused multiply-add");
    }
  }

  @Test
  void withNarrowRegistersItNamesTheFlagToRemove() {
    String output = probe(MODULE, "-XX:MaxVectorSize=8");

    if (isX86()) {
      assertOffWithOneWarning(output, "-XX:MaxVectorSize");
    }
  }

  @Test
  void simdTurnedOffByThePropertyIsLoggedWithoutAWarning() {
    String output = probe(MODULE, "-Dmillrace.simd.bits=0");

    assertThat(output).contains("bits=0");
    assertThat(logged(output, "WARNING")).isEmpty();
    assertThat(logged(output, "INFO")).singleElement().asString().contains("millrace.simd.bits=0");
  }

  @Test
  void withTheModuleItWarnsOnlyIfThisMachineKeepsSimdOff() {
    String output = probe(MODULE);

    assertThat(logged(output, "WARNING")).hasSize(output.contains("bits=0") ? 1 : 0);
    assertThat(logged(output, "INFO")).isEmpty();
  }

  @Test
  void anInvalidWidthIsRejectedWithTheAllowedValues() {
    assertThatThrownBy(() -> probe(MODULE, "-Dmillrace.simd.bits=300"))
        .hasMessageContaining(
            "-Dmillrace.simd.bits must be 0 (off), 128, 256 or 512, but was '300'");
  }

  private static boolean isX86() {
    return List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
  }
}
