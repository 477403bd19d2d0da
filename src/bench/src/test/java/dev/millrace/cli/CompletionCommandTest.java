package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionCommandTest {
  @TempDir private Path dir;

  @Test
  void bashCompletesCommandsSubcommandsAndOptions() throws Exception {
    assertThat(completions("millrace", "wa")).containsExactly("watch");
    assertThat(completions("./millrace", "doc")).containsExactly("doctor");
    assertThat(completions("millrace", "models", "ex")).containsExactly("export");
    assertThat(completions("millrace", "watch", "--li")).containsExactly("--live");
    assertThat(completions("millrace", "completion", "z")).containsExactly("zsh");
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
