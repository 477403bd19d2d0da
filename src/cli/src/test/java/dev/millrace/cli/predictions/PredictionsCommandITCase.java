package dev.millrace.cli.predictions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code predictions} against a broker. */
class PredictionsCommandITCase {
  private static EmbeddedKafka kafka;

  @TempDir private Path dir;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void writesTheClassesThatItFindsWithAColumnOfProbabilitiesEach() throws IOException {
    Path pipeline = pipeline("found", "");
    send("found", "no prediction");
    send("found", line("found", "a, b", 1, "'class':null,'actual':'ok','probabilities':{}"));
    send("found", line("other", "x", 1, "'class':'ok','probabilities':{'x':1.0}"));
    send(
        "found",
        line("found", "=k", 1, "'class':'ok','actual':'ok','probabilities':{'ok':0.75}"),
        line(
            "found",
            "a, b",
            2,
            "'class':'bad','held_out':true,'probabilities':{'ok':0.25,'bad':0.5}"));
    Path file = dir.resolve("predictions.csv");

    Cli all = Cli.run("predictions", "-c", pipeline + "", "--output", file + "");

    assertThat(all.exitCode()).as(all.err()).isZero();
    assertThat(all.out()).isEmpty();
    assertThat(all.err()).contains("3 predictions of topic found.predictions in " + file);
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            key,id,seq,event_time,actual,prediction,model_version,examples,held_out,probability_ok,probability_bad
            "a, b",e1,1,2026-11-25T20:47:44.899Z,ok,,7,63,false,,
            =k,e1,1,2026-11-25T20:47:44.899Z,ok,ok,7,63,false,0.75,0.0
            "a, b",e2,2,2026-11-25T20:47:44.899Z,,bad,7,63,true,0.25,0.5
            """);
    Cli one = Cli.run("predictions", "-c", pipeline + "", "--key", "a, b", "--limit", "1");
    assertThat(one.out().lines())
        .containsExactly(
            "key,id,seq,event_time,actual,prediction,model_version,examples,held_out",
            "\"a, b\",e1,1,2026-11-25T20:47:44.899Z,ok,,7,63,false");
  }

  @Test
  void writesForecastsWithTheirIntervalsAndTheProbabilityOfThePositiveClassAlone()
      throws IOException {
    Path pipeline =
        pipeline(
            "ahead",
            "forecast: { column: sold, horizons: [1] }\n",
            "output: { predictions: true, interval: 0.9 }\n");
    send(
        "ahead",
        line(
            "ahead",
            "s@1",
            1,
            "'series':'s','horizon':'1','target_time':null,'value':1.5,'interval':null,'actual':2.0"),
        line(
            "ahead",
            "s@1",
            2,
            "'series':'s','horizon':'1','target_time':'2026-11-26T00:00:00Z','value':1.25,"
                + "'interval':{'level':0.9,'low':1.0,'high':3.5},'actual':3.0"));
    Cli forecasts = Cli.run("predictions", "-c", pipeline + "");

    assertThat(forecasts.out().lines())
        .containsExactly(
            "key,id,seq,event_time,actual,prediction,low,high,model_version,examples,held_out,series,horizon,target_time",
            "s@1,e1,1,2026-11-25T20:47:44.899Z,2.0,1.5,,,7,63,false,s,1,",
            "s@1,e2,2,2026-11-25T20:47:44.899Z,3.0,1.25,1.0,3.5,7,63,false,s,1,2026-11-26T00:00:00Z");

    Path fraud = pipeline("fraud", "input: { label: class, positive-class: bad }\n");
    send("fraud", line("fraud", "k", 1, "'class':'ok','probabilities':{'ok':0.75,'bad':0.25}"));
    assertThat(Cli.run("predictions", "-c", fraud + "").out().lines())
        .containsExactly(
            "key,id,seq,event_time,actual,prediction,probability,model_version,examples,held_out",
            "k,e1,1,2026-11-25T20:47:44.899Z,,ok,0.25,7,63,false");
  }

  @Test
  void keepsTheFileUntilThereIsAPrediction() throws IOException {
    Path pipeline = pipeline("none", "");
    send("none", "no prediction");
    Path file =
        Files.writeString(dir.resolve("old.csv"), "the last export, which is longer".repeat(9));

    Cli none = Cli.run("predictions", "-c", pipeline + "", "--output", file + "");

    assertThat(none.exitCode()).as(none.err()).isZero();
    assertThat(none.err()).contains("0 predictions of topic none.predictions.");
    assertThat(file).content().startsWith("the last export");
    send("none", line("none", "k", 1, "'class':'ok','probabilities':{'ok':0.75}"));
    assertThat(Cli.run("predictions", "-c", pipeline + "", "-o", file + "").exitCode()).isZero();
    assertThat(Files.readAllLines(file)).hasSize(2).last().asString().endsWith(",0.75");
  }

  @Test
  void theTaskOfThePipelineDecidesTheColumns() throws IOException {
    Path pipeline =
        pipeline("task", "input: { label: class, task: binary, positive-class: bad }\n");
    send("task", line("task", "k", 1, "'value':null"));
    send("task", line("task", "k", 2, "'class':'ok','probabilities':{'ok':0.75,'bad':0.25}"));

    assertThat(Cli.run("predictions", "-c", pipeline + "").out().lines().findFirst())
        .hasValueSatisfying(header -> assertThat(header).contains(",probability,"));
  }

  @Test
  void followsTheTopicAfterTheExistingPredictions() throws Exception {
    Path pipeline = pipeline("live", "");
    String first = "'class':'ok','probabilities':{'ok':0.75,'bad':0.25}";
    send("live", line("live", "k", 1, first));
    Path file = dir.resolve("live.csv");

    CompletableFuture<Cli> following =
        CompletableFuture.supplyAsync(
            () ->
                Cli.run(
                    "predictions",
                    "-c",
                    pipeline + "",
                    "-o",
                    file + "",
                    "--follow",
                    "--limit",
                    "2"));
    await()
        .atMost(Patience.MAX)
        .until(
            () ->
                following.isDone()
                    || (Files.exists(file) && Files.readString(file).contains("k,e1,1,")));
    assertThat(following).isNotDone();
    send("live", line("live", "k", 2, "'class':'new','probabilities':{'new':0.5,'bad':0.125}"));

    assertThat(following.get().exitCode()).isZero();
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "key,id,seq,event_time,actual,prediction,model_version,examples,held_out,probability_ok,probability_bad",
            "k,e1,1,2026-11-25T20:47:44.899Z,,ok,7,63,false,0.75,0.25",
            "k,e2,2,2026-11-25T20:47:44.899Z,,new,7,63,false,0.0,0.125");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Path silent = dir.resolve("silent.yaml");
    Files.writeString(
        silent,
        "pipeline: silent\nkafka: { bootstrap.servers: \"%s\" }\ninput: { label: y }\n"
            .formatted(kafka.bootstrapServers()));
    Cli without = Cli.run("predictions", "-c", silent + "");
    assertThat(without.exitCode()).isEqualTo(2);
    assertThat(without.err())
        .startsWith(
            silent
                + " has no output.predictions, so its job writes none. Add: output: { predictions:"
                + " true }");

    Path pipeline = pipeline("empty", "");
    assertThat(Cli.run("predictions", "-c", pipeline + "", "--limit", "0").err())
        .startsWith("--limit must be at least 1, but was 0");
    send("empty", "no prediction");
    Cli empty = Cli.run("predictions", "-c", pipeline + "");
    assertThat(empty.exitCode()).isZero();
    assertThat(empty.out()).isEmpty();
    assertThat(empty.err()).contains("0 predictions of topic empty.predictions.");
  }

  private Path pipeline(String name, String input) throws IOException {
    String more = input.isEmpty() ? "input: { label: class }\n" : input;
    return pipeline(name, more, "output: { predictions: true }\n");
  }

  private Path pipeline(String name, String input, String output) throws IOException {
    Path file = dir.resolve(name + ".yaml");
    Files.writeString(
        file,
        "pipeline: %s\nkafka: { bootstrap.servers: \"%s\" }\n"
                .formatted(name, kafka.bootstrapServers())
            + input
            + output);
    Cli topics = Cli.run("topics", "create", "-c", file + "", "--partitions", "1");
    assertThat(topics.exitCode()).as(topics.err()).isZero();
    return file;
  }

  private static String line(String pipeline, String key, int seq, String fields) {
    return "{'pipeline':'%s','key':'%s','id':'e%d','seq':%3$d,'event_time':'2026-11-25T20:47:44.899Z',%s,'model_version':7,'examples':63}"
        .formatted(pipeline, key, seq, fields)
        .replace('\'', '"');
  }

  private static void send(String pipeline, String... lines) {
    Map<String, Object> properties = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (String line : lines) {
        producer.send(new ProducerRecord<>(pipeline + ".predictions", 0, "k", line));
      }
    }
  }
}
