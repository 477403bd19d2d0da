package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completion and manual pages, which both come from the commands' own descriptions. */
class ManualTest {
  @TempDir private Path dir;

  @Test
  void bashCompletesCommandsSubcommandsAndOptions() throws Exception {
    assertThat(completions("millrace", "wa")).containsExactly("watch");
    assertThat(completions("./millrace", "doc")).containsExactly("doctor");
    assertThat(completions("millrace", "models", "ex")).containsExactly("export");
    assertThat(completions("millrace", "watch", "--li")).containsExactly("--live");
    assertThat(completions("millrace", "completion", "z")).containsExactly("zsh");
  }

  @Test
  void aPageSaysWhatTheHelpSays() {
    Cli page = Cli.run("man", "models", "export");

    assertThat(page.exitCode()).isZero();
    assertThat(page.out())
        .startsWith(".TH MILLRACE-MODELS-EXPORT 1 ")
        .contains("millrace\\-models\\-export \\- Writes the newest model of one key to a file\n")
        .contains("\n\\fB\\-\\-format\\fR \\fIFORMAT\\fR\n")
        .contains("(default: onnx)")
        .contains("  ./millrace models export shop\\-17 \\-c fraud.yaml\n")
        .contains("\\fBmillrace\\-models\\fR(1)");
  }

  @Test
  void anUnknownCommandHasNoPage() {
    Cli cli = Cli.run("man", "watsh");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith("watsh is not a command of ./millrace. Did you mean watch?");
  }

  @Test
  void thePagesOfAllCommandsAreWrittenAndFormatWithoutAWarning() throws Exception {
    Cli cli = Cli.run("man", "--dir", dir.resolve("man1").toString());

    assertThat(cli.exitCode()).isZero();
    List<Path> pages;
    try (Stream<Path> files = Files.list(dir.resolve("man1"))) {
      pages = files.sorted().toList();
    }
    assertThat(cli.out()).startsWith("Wrote " + pages.size() + " pages to ");
    assertThat(pages)
        .extracting(page -> page.getFileName().toString())
        .contains("millrace.1", "millrace-topics-create.1", "millrace-doctor.1");
    for (Path page : pages) {
      assertThat(Files.readString(page)).as(page.toString()).doesNotContain("${");
    }
    Path groff = Path.of("/usr/bin/groff");
    assumeThat(Files.isExecutable(groff)).as("there is no groff to format pages").isTrue();
    for (Path page : pages) {
      assertThat(run(List.of(groff.toString(), "-man", "-ww", "-z", "-k", page.toString())))
          .as(page.toString())
          .isEmpty();
    }
  }

  private List<String> completions(String... words) throws Exception {
    Path script = dir.resolve("completion.bash");
    Files.writeString(script, Cli.run("completion", "bash").out());
    Path bash = Path.of("/bin/bash");
    assumeThat(Files.isExecutable(bash)).as("there is no bash").isTrue();
    // What the shell does when Tab is pressed: look up the command, set the words, call.
    String press =
        """
        source "$0"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        function=$(complete -p "${1##*/}" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        $function "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2> /dev/null
        for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
        """;
    List<String> command = new ArrayList<>(List.of(bash.toString(), "-c", press));
    command.add(script.toString());
    command.addAll(List.of(words));
    return run(command).lines().map(String::strip).toList();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
