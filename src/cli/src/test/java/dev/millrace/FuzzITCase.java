package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.FuzzTargets;
import dev.millrace.testing.WarmFuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lets Jazzer look for inputs that do harm, each target in a JVM of its own with little memory:
 * {@code mvn verify -Pfuzz -Dfuzz.seconds=60}. What it finds stays in {@code target/fuzz}.
 */
@Tag("fuzz")
class FuzzITCase {
  private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
  private static final String JAZZER_HOOKS = "com.code_intelligence.jazzer.sanitizers.";

  /** The inputs that are there, of which all others are made. */
  private static final Pattern BEGUN = Pattern.compile("#(\\d+)\tINITED");

  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs");

  static boolean hasJazzer() {
    return FuzzITCase.class.getResource("/" + JAZZER.replace('.', '/') + ".class") != null;
  }

  @ParameterizedTest
  @EnumSource
  @EnabledIf(value = "hasJazzer", disabledReason = "Jazzer comes with the profile fuzz")
  void nothingHarmfulIsFound(FuzzTargets target) throws IOException {
    Path work = Path.of("target", "fuzz", target.name().toLowerCase(Locale.ROOT));
    Files.createDirectories(work);
    List<String> command = new ArrayList<>();
    command.add(ChildJvm.java(Path.of(System.getProperty("java.home"))).toString());
    command.addAll(List.of("-Xmx1g", ChildJvm.MODULE, "-XX:+EnableDynamicAgentLoading"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), JAZZER));
    command.add("--target_class=" + WarmFuzzTarget.class.getName());
    command.add("--target_args=" + target.name());
    command.add("--instrumentation_includes=dev.millrace.**");
    // Targets talk to servers of their own.
    command.add("--disabled_hooks=" + JAZZER_HOOKS + "ServerSideRequestForgery");
    command.add("--reproducer_path=" + work);
    command.add("-artifact_prefix=" + work + "/");
    int seconds = Integer.getInteger("fuzz.seconds", 60);
    command.add("-max_total_time=" + seconds);
    command.add("-max_len=8192");
    command.add("-timeout=120");
    command.add("-rss_limit_mb=4096");
    // The first is where what is new goes.
    command.add(Files.createDirectories(work.resolve("corpus")).toString());
    target.folders().forEach(folder -> command.add(folder.toString()));

    String said = ChildJvm.run(command);
    assertThat(number(DONE, said))
        .as("inputs given to %s in %d s; -Dfuzz.seconds=N gives it more time", target, seconds)
        .isGreaterThan(number(BEGUN, said));
  }

  private static int number(Pattern line, String said) {
    Matcher found = line.matcher(said);
    assertThat(found.find()).as(said).isTrue();
    return Integer.parseInt(found.group(1));
  }
}
