package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A worked story of the docs: its commands one after the other, with a given broker and folder.
 * Where a block of commands is followed by one of output, the totals in it must be those that come
 * out.
 */
final class Story {
  private static final Pattern BLOCK = Pattern.compile("(?s)```(sh|text)\\n(.*?)```");
  private static final Pattern TOTAL = Pattern.compile("(?m)^all +[\\d,]+ (.*)$");
  private static final Pattern FILE = Pattern.compile("[\\w-]+\\.(yaml|csv)");
  private static final ObjectMapper JSON = new ObjectMapper();
  // Other processors give the same bits, other releases of the models may not.
  private static final double TOLERANCE = 0.02;

  private final String text;
  private final Path folder;
  private final String bootstrapServers;
  private final StringBuilder said = new StringBuilder();

  Story(Path page, Path folder, String bootstrapServers) throws IOException {
    this.text = Files.readString(page);
    this.folder = folder;
    this.bootstrapServers = bootstrapServers;
  }

  void play() throws Exception {
    Matcher block = BLOCK.matcher(text);
    int commands = 0;
    while (block.find()) {
      if (block.group(1).equals("text")) {
        compareTotals(block.group(2));
        continue;
      }
      said.setLength(0);
      for (String line : block.group(2).replace("\\\n", " ").split("\\n")) {
        String command = line.replaceAll("\\s#.*", "").replaceAll("&\\s*$", "").strip();
        if (!command.isEmpty() && !command.startsWith("#")) {
          perform(command);
          commands++;
        }
      }
    }
    assertThat(commands).isGreaterThan(4);
  }

  private void perform(String command) throws Exception {
    if (!command.startsWith("./millrace ")) {
      shell(command);
      return;
    }
    String[] words = command.substring("./millrace ".length()).replaceAll("\\|.*", "").split(" +");
    Millrace.commandLine().parseArgs(words); // throws if it cannot be understood
    for (int w = 1; w < words.length; w++) {
      words[w] = FILE.matcher(words[w]).matches() ? folder.resolve(words[w]).toString() : words[w];
    }
    switch (words[0]) {
      case "broker", "watch", "dashboard", "serve" -> {} // there is one; they would not end
      case "run" -> learn(Path.of(words[2]), folder.resolve("state"));
      default -> {
        Cli cli = Cli.run(words[0].equals("init") ? intoFolder(words) : words);
        assertThat(cli.exitCode()).as(command + "\n" + cli.err()).isZero();
        said.append(cli.out());
        if (words[0].equals("init")) {
          moveToOwnTopics();
        }
      }
    }
  }

  /** The same with the file that it writes by default, in the story's folder. */
  private String[] intoFolder(String[] init) {
    List<String> words = new ArrayList<>(List.of(init));
    String name = words.get(words.indexOf("--name") + 1);
    words.addAll(List.of("--output", folder.resolve(name + ".yaml").toString()));
    return words.toArray(String[]::new);
  }

  private void shell(String command) throws IOException, InterruptedException {
    String absolute =
        command.replaceAll(" (?=(examples|src)/)", " " + Path.of("").toAbsolutePath() + "/");
    Process process =
        new ProcessBuilder("/bin/bash", "-c", absolute)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + "\n" + out).isZero();
    said.append(out);
  }

  /** The stories share a broker. */
  private void moveToOwnTopics() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
        String yaml = Files.readString(file);
        if (yaml.contains("localhost:9092")) {
          String name = folder.getFileName().toString();
          Files.writeString(
              file, withOwnTopics(yaml.replace("localhost:9092", bootstrapServers), name));
        }
      }
    }
  }

  /** A pipeline that names no topic, with topics of its own. */
  static String withOwnTopics(String yaml, String name) {
    return withOutputTopics(
        yaml.replaceFirst("(?m)^input:$", "input:\n  topic: " + name + ".examples"), name);
  }

  static String withOutputTopics(String yaml, String name) {
    return yaml
        + """
        output:
          topics:
            metrics: %1$s.metrics
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """
            .formatted(name);
  }

  static void create(Path pipeline) {
    assertThat(Cli.run("topics", "create", "-c", pipeline.toString()).exitCode()).isZero();
  }

  /**
   * Runs the job until it has learned what is there now.
   *
   * @return the examples that the metrics count; there are no dead letters
   */
  static int learn(Path pipeline, Path state) throws Exception {
    Settings settings = PipelineFile.read(pipeline);
    LocalJob job = LocalJob.start(settings, 1, state, null, true);
    boolean ended = false;
    while (!ended) {
      ended = job.awaitEnd(Duration.ofSeconds(1));
    }
    String servers = settings.kafka().get("bootstrap.servers");
    assertThat(CommittedRecords.read(servers, settings.output().deadLetters())).isEmpty();
    Map<String, Integer> newest = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedRecords.read(servers, settings.output().metrics())) {
      JsonNode metrics = JSON.readTree(new String(record.value(), StandardCharsets.UTF_8));
      newest.put(metrics.path("key").asText(), metrics.path("examples").asInt());
    }
    return newest.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void compareTotals(String expected) {
    List<double[]> told = totals(expected);
    List<double[]> seen = totals(said.toString());
    assertThat(seen).as(said.toString()).hasSize(told.size());
    for (int row = 0; row < told.size(); row++) {
      for (int column = 0; column < told.get(row).length; column++) {
        double value = told.get(row)[column];
        double allowed = TOLERANCE * Math.max(1, Math.abs(value));
        assertThat(Math.abs(seen.get(row)[column] - value))
            .as("column %d of\n%s\nwhere the page has\n%s", column, said, expected)
            .isLessThanOrEqualTo(allowed);
      }
    }
  }

  private static List<double[]> totals(String output) {
    List<double[]> rows = new ArrayList<>();
    Matcher row = TOTAL.matcher(output);
    while (row.find()) {
      rows.add(
          Stream.of(row.group(1).strip().split(" +"))
              .mapToDouble(cell -> Double.parseDouble(cell.replace(",", "")))
              .toArray());
    }
    return rows;
  }
}
