package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.Ports;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README, typed as it says, with the launcher and the job jar of this build.
 */
class ReadmeITCase {
  private static final Pattern SHELL_BLOCK = Pattern.compile("(?s)```sh\\n(.*?)```");
  private static final Pattern PIPELINE =
      Pattern.compile("(?s)```yaml\\n# storms.yaml.*?\\n(.*?)```");
  private static final Pattern TOTAL_ROW = Pattern.compile("(?m)^all +[\\d,]+ .*$");
  private static final int STORMS = 19_537;
  private static final int SENT_AGAIN = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path home;
  private String readme;

  @BeforeEach
  void findBuild() throws IOException {
    home = Path.of("").toAbsolutePath();
    readme = Files.readString(home.resolve("README.md"));
    assumeThat(home.resolve("target").resolve("launcher.classpath"))
        .as("the job jar is built by mvn verify, not by the IDE")
        .exists();
  }

  @Test
  void theDemoEndsAboveTheBaseline() throws Exception {
    String out = run("./millrace demo --once --headless");

    PastedOutput.of(block("$ ./millrace demo")).afterGap().requireIn(out);
    Matcher row = TOTAL_ROW.matcher(out);
    assertThat(row.find()).as(out).isTrue();
    String[] cells = row.group().split(" +");
    double window = Double.parseDouble(cells[2]);
    double windowNoChange = Double.parseDouble(cells[3]);
    double total = Double.parseDouble(cells[4]);
    double totalNoChange = Double.parseDouble(cells[6]);
    assertThat(cells[1]).isEqualTo("19,537");
    assertThat(window).isGreaterThan(windowNoChange);
    assertThat(total).isGreaterThan(totalNoChange);
  }

  /** In each build {@code DocumentedCommandsITCase} compares the page with the command. */
  @Tag("exhaustive")
  @Test
  void evaluateLearnsLetters() throws Exception {
    String out = run(command("./millrace evaluate") + " --json");

    JsonNode result = JSON.readTree(out.strip().lines().reduce((a, b) -> b).orElseThrow());
    assertThat(result.path("accuracy").asDouble()).isGreaterThanOrEqualTo(0.74);
    assertThat(result.path("dead_letters").asInt()).isZero();
    String models = result.path("models_sha256").asText();
    String again = run(command("./millrace evaluate"));
    assertThat(again).contains("models " + models.substring(0, 12) + "…");
    PastedOutput.of(block("20,000 examples in ")).requireIn(again);
  }

  @Test
  void ownDataGoesFromAFileThroughABrokerToTheMetricsTopic() throws Exception {
    int port = Ports.free();
    Matcher pipeline = PIPELINE.matcher(readme);
    assertThat(pipeline.find()).isTrue();
    Files.writeString(
        folder.resolve("storms.yaml"), pipeline.group(1).replace("9092", Integer.toString(port)));

    Process broker = start(command("./millrace broker").replace("9092", Integer.toString(port)));
    try {
      assertThat(run(command("./millrace validate"))).contains("storms");
      assertThat(run(command("./millrace topics create"))).contains("created", "storms.dlq");
      assertThat(run(command("./millrace produce"))).contains("19,537");
      assertThat(runUntilLearned(STORMS, port))
          .contains("start empty", "Stopped with savepoint", "continues from it");
      run(command("./millrace produce") + " --limit " + SENT_AGAIN);
      assertThat(runUntilLearned(STORMS + SENT_AGAIN, port)).contains("continue from savepoint");
    } finally {
      stop(broker);
    }
  }

  private String runUntilLearned(int examples, int port) throws Exception {
    Process job = start(command("./millrace run"));
    try {
      Awaitility.await()
          .atMost(Patience.MAX)
          .until(() -> CommittedRecords.examples("127.0.0.1:" + port, "storms") == examples);
    } finally {
      stop(job);
    }
    return read("run.out");
  }

  private static PageBlock block(String part) throws IOException {
    return PageBlock.of(Path.of("README.md")).stream()
        .filter(block -> block.text().contains(part))
        .findFirst()
        .orElseThrow();
  }

  /** The commands in the README's shell blocks, without comments and the final ampersand. */
  private List<String> commands() {
    List<String> commands = new ArrayList<>();
    Matcher block = SHELL_BLOCK.matcher(readme);
    while (block.find()) {
      for (String line : block.group(1).split("\\n")) {
        String command = line.replaceAll("#.*", "").replaceAll("&\\s*$", "").strip();
        if (command.startsWith("./millrace ")) {
          commands.add(command);
        }
      }
    }
    return commands;
  }

  private String command(String start) {
    return commands().stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private String run(String command) throws Exception {
    Process process = start(command);
    int exit = process.waitFor();
    String name = command.split(" ")[1];
    assertThat(exit).as(() -> command + "\n" + read(name + ".out") + read(name + ".err")).isZero();
    return read(name + ".out");
  }

  private Process start(String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" +")));
    words.set(0, home.resolve("millrace").toString());
    words.replaceAll(word -> word.startsWith("examples/") ? home.resolve(word).toString() : word);
    String name = command.split(" ")[1];
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve(name + ".out").toFile())
            .redirectError(folder.resolve(name + ".err").toFile());
    builder.environment().put("MILLRACE_NO_BUILD", "1");
    builder.environment().put("JAVA_OPTS", "-Dmillrace.logs=" + folder.resolve("logs"));
    return builder.start();
  }

  private String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void stop(Process process) throws InterruptedException {
    if (process != null) {
      process.destroy(); // SIGTERM, as an operator would
      process.waitFor();
    }
  }
}
