package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.testing.CommittedRecords;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;

/**
 * A page of the docs, typed as it stands with a given broker and folder: the files it shows are
 * written, its commands run one after the other, but for those that {@link CommandElsewhere} names.
 * A block of text below them must be what comes out ({@link PastedOutput}).
 *
 * <p>A page that starts from "Send your own data" in the README is given what that makes. A job
 * learns what is there and ends. What would stay until Ctrl-C is ended after the page.
 */
final class Story implements AutoCloseable {
  private static final String README_LINK = "README.md#send-your-own-data";
  private static final Pattern FILE = Pattern.compile("[\\w-]+\\.(yaml|csv|onnx|millrace|avsc)");
  private static final Pattern NAMED_FILE = Pattern.compile("'([\\w-]+\\.yaml)'");
  private static final String SERVE_ADDRESS = "http://127.0.0.1:8099";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path page;
  private final Path folder;
  private final String bootstrapServers;
  private final StringBuilder said = new StringBuilder();
  private final List<MillraceProcess> processes = new ArrayList<>();
  private MillraceProcess watch;
  private String serveAddress = SERVE_ADDRESS;
  private Path waitingJob;

  Story(Path page, Path folder, String bootstrapServers) {
    this.page = page;
    this.folder = folder;
    this.bootstrapServers = bootstrapServers;
  }

  void play() throws Exception {
    List<PageBlock> blocks = PageBlock.of(page);
    for (PageBlock block : blocks) {
      write(block);
    }
    if (Files.readString(page).contains(README_LINK)) {
      playReadme();
    }
    for (PageBlock block : blocks) {
      if (block.language().equals("text")) {
        compare(block);
      } else if (block.language().equals("json") && !said.isEmpty()) {
        PastedOutput.of(block).requireRecord(said.toString());
      } else if (block.isShell()) {
        said.setLength(0);
        watch = null;
        for (DocumentedCommand command : block.commands()) {
          if (CommandElsewhere.of(command).isEmpty()) {
            perform(command);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    processes.forEach(MillraceProcess::close);
  }

  private void write(PageBlock block) throws IOException {
    if (block.file() != null && !Files.exists(folder.resolve(block.file()))) {
      Files.writeString(folder.resolve(block.file()), here(block.text()));
    }
  }

  /** From the pipeline file, which the page may have given already, to a job that has learned. */
  private void playReadme() throws Exception {
    for (PageBlock block : PageBlock.of(Path.of("README.md"))) {
      write(block);
      if (!block.isShell() || !block.text().contains("./millrace topics create")) {
        continue;
      }
      for (DocumentedCommand command : block.commands()) {
        if (CommandElsewhere.of(command).isEmpty()) {
          perform(command);
        }
      }
      said.setLength(0);
      return;
    }
  }

  private void perform(DocumentedCommand command) throws Exception {
    if (command.text().startsWith("sql-client.sh ")) {
      List<String> words = List.of(command.text().split(" +"));
      String script = here(Files.readString(Path.of(words.get(words.indexOf("-f") + 1))));
      said.append(SqlClient.run(folder, words, NAMED_FILE.matcher(script).replaceAll(inFolder())));
      return;
    }
    if (!command.isMillrace()) {
      shell(command);
      return;
    }
    List<String> words = new ArrayList<>(command.words());
    Millrace.commandLine().parseArgs(words.toArray(String[]::new)); // throws if it does not exist
    withDefaultFile(words);
    words.replaceAll(
        word -> FILE.matcher(word).matches() ? folder.resolve(word).toString() : here(word));
    int models = words.indexOf("--models") + 1;
    if (models > 0) {
      words.set(models, folder.resolve(words.get(models)).toString());
    }
    if (!List.of("run", "produce").contains(words.get(0)) && waitingJob != null) {
      learn(waitingJob, folder.resolve("state"));
      waitingJob = null;
    }
    switch (words.get(0)) {
      case "watch" -> watch(words);
      case "dashboard" -> stay("Dashboard ", words, List.of("--port", "0"));
      case "serve" -> {
        MillraceProcess serve = stay("Serving ", words, List.of("--port", "0"));
        serveAddress = serve.find("Serving +(http://\\S+)");
        awaitReady();
      }
      case "run" -> {
        Path pipeline = Path.of(words.get(words.indexOf("-c") + 1));
        if (command.isInBackground()) {
          waitingJob = pipeline; // it learns what is sent to it next
        } else {
          learn(pipeline, folder.resolve("state"));
        }
      }
      default -> {
        Cli cli = Cli.run(words.toArray(String[]::new));
        assertThat(cli.exitCode()).as(command + "\n" + cli.err()).isZero();
        said.append(cli.out());
        for (Path file : drafted(words)) {
          Files.writeString(file, here(Files.readString(file)));
        }
      }
    }
  }

  private static List<Path> drafted(List<String> words) {
    String output = words.get(words.indexOf("--output") + 1);
    boolean isFile = words.get(0).equals("init") && !output.equals("-");
    return isFile ? List.of(Path.of(output)) : List.of();
  }

  /** Names the file that the command writes by default, so that it is in the page's folder. */
  private static void withDefaultFile(List<String> words) {
    boolean named = words.contains("-o") || words.contains("--output");
    if (words.get(0).equals("init")) {
      int at = words.indexOf(words.contains("--name") ? "--name" : "--input") + 1;
      String name = Path.of(words.get(at)).getFileName().toString().replaceFirst("\\..*", "");
      words.replaceAll(word -> word.equals("-o") ? "--output" : word);
      words.addAll(named ? List.of() : List.of("--output", name + ".yaml"));
    } else if (words.size() > 2 && words.get(1).equals("export") && !named) {
      words.addAll(
          List.of("-o", words.get(2) + "." + (words.contains("millrace") ? "millrace" : "onnx")));
    }
  }

  private void watch(List<String> words) throws IOException {
    // As the launcher says it of a terminal.
    List<String> flags =
        words.contains("--live") ? List.of("-Dmillrace.stdout.terminal=true") : List.of();
    watch = MillraceProcess.start(folder, "watch", Millrace.class, flags, words);
    processes.add(watch);
    if (words.contains("--live") || words.contains("--from-beginning")) {
      watch.awaitOut("no-change");
    } else {
      watch.awaitErr("Following ");
    }
  }

  private MillraceProcess stay(String saying, List<String> words, List<String> more)
      throws IOException {
    words.addAll(more);
    MillraceProcess process = MillraceProcess.startUntil(saying, folder, words);
    processes.add(process);
    return process;
  }

  private void awaitReady() {
    HttpRequest health = HttpRequest.newBuilder(URI.create(serveAddress + "/healthz")).build();
    HttpClient client = HttpClient.newHttpClient();
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(() -> client.send(health, BodyHandlers.discarding()).statusCode() == 200);
  }

  /** The same with the broker and the server of this test. */
  private String here(String text) {
    return text.replace("localhost:9092", bootstrapServers).replace(SERVE_ADDRESS, serveAddress);
  }

  private void shell(DocumentedCommand command) throws IOException, InterruptedException {
    String absolute =
        here(command.text())
            .replaceAll(" (?=(examples|src)/)", " " + Path.of("").toAbsolutePath() + "/");
    Path errors = folder.resolve("shell.err");
    Process process =
        new ProcessBuilder("/bin/bash", "-c", absolute)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    assertThat(exitCode).as(command + "\n" + out + Files.readString(errors)).isZero();
    assertThat(out).as(command.toString()).doesNotContain("\"error\"");
    said.append(out);
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

  private void compare(PageBlock block) throws IOException {
    if (watch == null) {
      PastedOutput.of(block).requireIn(onPage(said.toString()));
    } else {
      PastedOutput pasted = PastedOutput.of(block).withRates();
      Awaitility.await()
          .atMost(Patience.MAX)
          .untilAsserted(() -> pasted.requireIn(onPage(watch.out())));
    }
  }

  private String inFolder() {
    return "'" + Matcher.quoteReplacement(folder + "/") + "$1'";
  }

  private String onPage(String said) {
    return said.replace(folder + "/", "").replace(bootstrapServers, "localhost:9092");
  }
}
