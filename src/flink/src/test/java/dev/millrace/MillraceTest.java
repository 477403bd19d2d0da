package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.ExampleFields;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Collected;
import dev.millrace.testing.Order;
import dev.millrace.testing.OrderJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;

/** A pipeline as part of a job that somebody else wrote, with Flink's own defaults. */
class MillraceTest extends OrderJob {
  private static final int ORDERS = 2_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void resultsJoinBackToTheElementsTheyAreAbout() throws Exception {
    MillraceStreams out = Millrace.pipeline(Order.PIPELINE).learn(orders(ORDERS), Order.MAPPER);
    Collected<PredictionRow> rows = Collected.of(out.predictionRows());
    Collected<OutputRecord> metrics = Collected.of(out.metrics());
    Collected<OutputRecord> models = Collected.of(out.models());
    env.execute();

    Map<String, PredictionRow> byId =
        rows.all().stream().collect(Collectors.toMap(PredictionRow::id, row -> row));
    assertThat(byId).hasSize(ORDERS);
    LongStream.range(0, ORDERS)
        .mapToObj(Order::of)
        .forEach(
            order -> {
              PredictionRow row = byId.get(Long.toString(order.id()));
              assertThat(row.key()).isEqualTo(order.card());
              assertThat(row.actualClass()).isEqualTo(Boolean.toString(order.fraud()));
              assertThat(row.eventTime()).isEqualTo(order.time());
              assertThat(row.seq()).isPositive();
              if (row.seq() > 50) {
                assertThat(row.probabilities()).containsOnlyKeys("true", "false");
                assertThat(row.probabilities().get(row.predictedClass()))
                    .isGreaterThanOrEqualTo(0.5);
                assertThat(row.modelVersion()).isPositive();
              }
            });
    JsonNode last = json(metrics.all().get(metrics.all().size() - 1));
    assertThat(last.path("pipeline").asText()).isEqualTo("orders");
    assertThat(last.at("/input/orders.examples").size()).as("offsets").isZero();
    assertThat(models.all()).extracting(OutputRecord::keyText).contains("card-0", "card-12");
  }

  @Test
  void theModelsAreTheSameAtAnyParallelismAndWithObjectReuse() throws Exception {
    String one = modelsSha256(Order.PIPELINE, 1, false);

    assertThat(modelsSha256(Order.PIPELINE, 3, false)).isEqualTo(one);
    assertThat(modelsSha256(Order.PIPELINE, 2, true)).isEqualTo(one);
    assertThat(modelsSha256(Order.PIPELINE.replace("batch-size: 3", "batch-size: 4"), 1, false))
        .isNotEqualTo(one);
  }

  @Test
  void examplesThatTheJobDecodesItselfEndInTheSameModels() throws Exception {
    InputSpec input =
        InputSpec.DEFAULT.with(
            to -> {
              to.task = Task.BINARY;
              to.features =
                  List.of(new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0));
            });
    Settings settings = PipelineFile.defaults("plain", input);
    DataStream<Example> examples =
        orders(ORDERS)
            .map(MillraceTest::example)
            .returns(TypeInformation.of(Example.class))
            .setParallelism(1);
    Collected<OutputRecord> decoded =
        Collected.of(Millrace.of(settings).learnExamples(examples).models());
    env.execute();
    Collected<OutputRecord> mapped =
        Collected.of(
            Millrace.pipeline(
                    """
                    pipeline: plain
                    input: { key: card, label: fraud, task: binary, features: [amount] }
                    """)
                .learn(
                    orders(ORDERS),
                    (order, fields) ->
                        fields
                            .set("card", order.card())
                            .set("amount", order.amount())
                            .set("fraud", order.fraud()))
                .models());
    env.execute();

    assertThat(Collected.modelsSha256(decoded.all()))
        .isEqualTo(Collected.modelsSha256(mapped.all()));
  }

  private static Example example(Order order) {
    Example example = new Example();
    example.key = order.card();
    example.label = Boolean.toString(order.fraud());
    example.weight = 1;
    example.eventTime = order.time();
    example.resize(1);
    example.features[0] = (float) order.amount();
    return example;
  }

  @Test
  void valuesThatThePipelineCannotUseAreDeadLettersWithTheFieldsAndTheReason() throws Exception {
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE)
            .learn(
                orders(ORDERS),
                (order, fields) -> {
                  Order.MAPPER.map(order, fields);
                  switch ((int) order.id()) {
                    case 0 -> fields.set("card", null);
                    case 1 -> fields.set("fraud", (Object) null);
                    case 2 -> fields.set("amount", Double.NaN);
                    case 3 -> fields.set("amount", "much");
                    case 4 -> fields.set("country", List.of("de"));
                    default -> {}
                  }
                });
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    env.execute();

    assertThat(deadLetters.all())
        .hasSize(5)
        .extracting(letter -> letter.header("__millrace.errors.message"))
        .anyMatch(reason -> reason.contains("key field \"card\" is null"))
        .anyMatch(reason -> reason.contains("no label"))
        .anyMatch(reason -> reason.contains("\"amount\" is NaN; it must be finite"))
        .anyMatch(reason -> reason.contains("declared numeric but is the text \"much\""))
        .anyMatch(reason -> reason.contains("declared hash but is [de]"));
    OutputRecord text =
        deadLetters.all().stream()
            .filter(letter -> letter.header("__millrace.errors.message").contains("much"))
            .findAny()
            .orElseThrow();
    Order third = Order.of(3);
    assertThat(text.keyText()).isEqualTo(third.card());
    assertThat(json(text))
        .isEqualTo(
            JSON.readTree(
                "{\"card\":\"%s\",\"order\":3,\"fraud\":%s,\"amount\":\"much\",\"country\":\"%s\"}"
                    .formatted(third.card(), third.fraud(), third.country())));
    assertThat(text.header("__millrace.errors.offset")).as("there is no record").isNull();
    assertThat(text.timestamp()).isEqualTo(third.time());
  }

  @Test
  void aTimeBeyondAllTimesAndAValueThatThrowsFailNothing() throws Exception {
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE.replace("id: order", "id: order\n  event-time: at"))
            .learn(
                orders(ORDERS),
                (order, fields) -> {
                  Order.MAPPER.map(order, fields);
                  fields.set(
                      "at", order.id() == 0 ? Instant.MAX : Instant.ofEpochMilli(order.id()));
                  if (order.id() == 1) {
                    fields.set("country", new Closed());
                  }
                });
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    Collected<PredictionRow> rows = Collected.of(out.predictionRows());
    env.execute();

    assertThat(deadLetters.all())
        .extracting(letter -> letter.header("__millrace.errors.message"))
        .hasSize(2)
        .anyMatch(message -> message.startsWith("at is \"+1000000000-12-31"))
        .anyMatch(
            message -> message.startsWith("\"country\" is a dev.millrace.MillraceTest$Closed"));
    assertThat(rows.all()).hasSize(ORDERS - 2);
  }

  /** A value that cannot be read any more. */
  private static final class Closed {
    @Override
    public String toString() {
      throw new IllegalStateException("closed");
    }
  }

  @Test
  void aPipelineWithOneModelErasesAKeyByCommand() throws Exception {
    byte[] key = "card-0".getBytes(StandardCharsets.UTF_8);
    byte[] erase = CommandJson.encode(new Erase("orders", null));
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE)
            .withCommands(
                env.fromData(
                    TypeInformation.of(KafkaRecord.class),
                    KafkaRecord.none(KafkaRecord.NO_TIMESTAMP, key, erase)))
            .learn(orders(ORDERS), Order.MAPPER);
    Collected<OutputRecord> events = Collected.of(out.events());
    env.execute();

    assertThat(events.all()).hasSize(1).allMatch(event -> event.keyText().equals("card-0"));
    assertThat(json(events.all().get(0)).path("event").asText()).isEqualTo("erased");
  }

  @Test
  void aCommandToAllKeysReachesEachSubtaskAndOneToAKeyItsOwn() throws Exception {
    byte[] ofId = CommandJson.encode(new Erase("orders", new Erase.Id("country", 5)));
    byte[] ofKey = CommandJson.encode(new Erase("orders", null));
    String ids =
        Order.PIPELINE.replace("  task:", "  derived: [{ since: last, by: country }]\n  task:");
    MillraceStreams out =
        Millrace.pipeline(ids)
            .withParallelism(2)
            .withCommands(
                env.fromData(
                    TypeInformation.of(KafkaRecord.class),
                    KafkaRecord.none(KafkaRecord.NO_TIMESTAMP, null, ofId),
                    KafkaRecord.none(KafkaRecord.NO_TIMESTAMP, new byte[] {'x'}, ofKey)))
            .learn(orders(ORDERS), Order.MAPPER);
    Collected<OutputRecord> events = Collected.of(out.events());
    env.execute();

    List<String> answers = new ArrayList<>();
    for (OutputRecord event : events.all()) {
      JsonNode json = json(event);
      answers.add(
          "%s %s of %s"
              .formatted(
                  json.path("event").asText(),
                  json.path("subtask").asText(),
                  json.path("subtasks").asText()));
    }
    assertThat(answers)
        .containsExactlyInAnyOrder("erasure 0 of 2", "erasure 1 of 2", "erased  of ");
  }

  @Test
  void aModelThatRejectsAnExampleNamesItsKeyAndItsId() throws Exception {
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE)
            .learn(
                orders(ORDERS),
                (order, fields) -> {
                  Order.MAPPER.map(order, fields);
                  if (order.id() == ORDERS - 1) {
                    fields.set("fraud", "perhaps");
                  }
                });
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    env.execute();

    OutputRecord letter = deadLetters.all().get(0);
    assertThat(deadLetters.all()).hasSize(1);
    assertThat(letter.header("__millrace.errors.reason")).isEqualTo("too-many-classes");
    assertThat(letter.header("id")).isEqualTo(Integer.toString(ORDERS - 1));
    assertThat(letter.keyText()).isEqualTo(Order.of(ORDERS - 1).card());
  }

  @Test
  void theKafkaRecordOfAnExampleIsInItsResults() throws Exception {
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE)
            .learn(
                orders(ORDERS),
                (order, fields) -> {
                  Order.MAPPER.map(order, fields);
                  byte[] value = {(byte) order.id()};
                  fields.record(KafkaRecord.of("orders", 3, order.id(), order.time(), null, value));
                  if (order.id() == 7) {
                    fields.set("card", null);
                  }
                });
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    Collected<OutputRecord> predictions = Collected.of(out.predictions());
    env.execute();

    assertThat(deadLetters.all()).hasSize(1);
    assertThat(deadLetters.all().get(0).value()).containsExactly(7);
    assertThat(deadLetters.all().get(0).header("__millrace.errors.partition")).isEqualTo("3");
    assertThat(json(predictions.all().get(0)).path("partition").asInt()).isEqualTo(3);
  }

  @Test
  void labelsInAStreamOfTheirOwnAreJoinedById() throws Exception {
    String late = Order.PIPELINE.replace("task: binary", "task: binary\n  labels: { timeout: 1h }");
    Collected<OutputRecord> together = learnLate(late);
    Collected<OutputRecord> separate =
        Collected.of(
            Millrace.pipeline(late)
                .withLabels(
                    orders(ORDERS),
                    (order, fields) ->
                        fields
                            .set("card", order.card())
                            .set("order", order.id())
                            .set("fraud", order.fraud()))
                .learn(
                    orders(ORDERS),
                    (order, fields) ->
                        fields
                            .set("card", order.card())
                            .set("order", order.id())
                            .set("amount", order.amount())
                            .set("country", order.country()))
                .metrics());
    env.execute();

    assertThat(examples(separate)).isEqualTo(ORDERS).isEqualTo(examples(together));
  }

  private Collected<OutputRecord> learnLate(String pipeline) throws Exception {
    Collected<OutputRecord> metrics =
        Collected.of(Millrace.pipeline(pipeline).learn(orders(ORDERS), Order.MAPPER).metrics());
    env.execute();
    return metrics;
  }

  /** The examples that the newest metrics of all keys count. */
  private static int examples(Collected<OutputRecord> metrics) throws Exception {
    Map<String, Integer> byKey = new TreeMap<>();
    for (OutputRecord record : metrics.all()) {
      byKey.merge(record.keyText(), json(record).path("examples").asInt(), Math::max);
    }
    return byKey.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void twoPipelinesAreInOneJobUnderTwoPrefixes() throws Exception {
    DataStream<Order> orders = orders(ORDERS);
    Millrace pipeline = Millrace.pipeline(Order.PIPELINE);
    Collected<OutputRecord> a =
        Collected.of(pipeline.withUidPrefix("a-").learn(orders, Order.MAPPER).models());
    MillraceStreams second =
        pipeline.withUidPrefix("b-").withParallelism(1).learn(orders, Order.MAPPER);
    Collected<OutputRecord> b = Collected.of(second.models());
    assertThat(second.predictionRows()).isSameAs(second.predictionRows());
    assertThat(second.summaries()).isSameAs(second.summaries());

    List<StreamNode> nodes = nodes();
    assertThat(nodes)
        .extracting(StreamNode::getTransformationUID)
        .contains("a-decode", "a-chunk", "a-train", "b-decode", "b-chunk", "b-train")
        .contains("b-prediction-rows", "b-summary");
    assertThat(nodes).extracting(StreamNode::getOperatorName).contains("a-decode", "b-train");
    env.execute();
    assertThat(Collected.modelsSha256(a.all())).isEqualTo(Collected.modelsSha256(b.all()));
  }

  @Test
  void twoPipelinesUnderOnePrefixAreAnErrorThatNamesTheWayOut() {
    Millrace pipeline = Millrace.pipeline(Order.PIPELINE);
    pipeline.learn(orders(ORDERS), Order.MAPPER);

    assertThatThrownBy(() -> pipeline.learn(orders(ORDERS), Order.MAPPER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the uid prefix \"\"")
        .hasMessageEndingWith("Add .withUidPrefix(\"...\") to one of them");
  }

  @Test
  void decodingHasTheParallelismOfItsInputSoThatKeysStayInOrder() {
    Millrace.pipeline(Order.PIPELINE).learn(orders(ORDERS), Order.MAPPER);
    Millrace.pipeline(Order.PIPELINE)
        .withUidPrefix("keyed-")
        .learn(orders(ORDERS).keyBy(Order::card), Order.MAPPER);

    Map<String, Integer> parallelism =
        nodes().stream()
            .filter(node -> node.getTransformationUID() != null)
            .collect(
                Collectors.toMap(StreamNode::getTransformationUID, StreamNode::getParallelism));
    assertThat(parallelism)
        .containsEntry("decode", 1)
        .containsEntry("chunk", 1)
        .containsEntry("train", 2)
        .containsEntry("keyed-decode", 2)
        .containsEntry("keyed-chunk", 2);
  }

  @Test
  void windowsOverTheResultsFindNoneLate() throws Exception {
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE.replace("max-interval: off", "every: 7"))
            .learn(orders(ORDERS), Order.MAPPER);
    List<Collected<Long>> late = new ArrayList<>();
    for (DataStream<OutputRecord> each : List.of(out.metrics(), out.predictions(), out.models())) {
      late.add(Collected.of(each.process(new Lateness())));
    }
    Collected<Long> counts =
        Collected.of(
            out.predictions()
                .windowAll(TumblingEventTimeWindows.of(Duration.ofMillis(100)))
                .process(new Count()));
    env.execute();

    assertThat(late).allSatisfy(each -> assertThat(each.all()).isEmpty());
    assertThat(counts.all()).hasSize(ORDERS / 100).containsOnly(100L);
  }

  /** Emits the lateness of elements that the watermark has overtaken, or that have no timestamp. */
  private static final class Lateness extends ProcessFunction<OutputRecord, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(
        OutputRecord record,
        ProcessFunction<OutputRecord, Long>.Context context,
        Collector<Long> out) {
      Long timestamp = context.timestamp();
      long watermark = context.timerService().currentWatermark();
      if (timestamp == null || timestamp <= watermark) {
        out.collect(timestamp == null ? -1 : watermark - timestamp);
      }
    }
  }

  /** Counts the elements of a window. */
  private static final class Count
      extends ProcessAllWindowFunction<OutputRecord, Long, TimeWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void process(
        ProcessAllWindowFunction<OutputRecord, Long, TimeWindow>.Context context,
        Iterable<OutputRecord> elements,
        Collector<Long> out) {
      out.collect(StreamSupport.stream(elements.spliterator(), false).count());
    }
  }

  @Test
  void aFieldThatThePipelineDoesNotHaveFailsWithTheNamesThatItHas() {
    ExampleFields fields =
        new ExampleFields(PipelineFile.defaults("x", InputSpec.DEFAULT).input().spec());

    assertThatThrownBy(() -> fields.set("amuont", 1.0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"amuont\" is not a field of the pipeline. Its fields: label. Add it to"
                + " input.features, or do not set it.");
  }

  @Test
  void aPipelineThatCannotBeMappedIsRejectedBeforeTheJobStarts() {
    assertRejected("input: { label: y, features: [x] }", "input.key is missing. Name the field");
    assertRejected(
        "input: { key: k, label: y }",
        "input.features is missing. Name the features, for example: input: { features: [amount] }");
    assertRejected("input: { label: }", "pipeline:2  input.label is missing");
    assertRejected(
        "input: { key: k, id: i, label: y, task: binary, features: [x], labels: { topic: t,"
            + " timeout: 1h } }",
        "input.labels.topic names a topic of labels, but the job has no stream of them");
    assertRejected(
        "input: { key: k, label: y, features: [x] }\nmodel: { warm-start: { key: a } }",
        "model.warm-start.key is read from the models topic, and there are no topics here");
  }

  @Test
  void batchExecutionIsRejected() {
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);

    assertThatThrownBy(() -> Millrace.pipeline(Order.PIPELINE).learn(orders(ORDERS), Order.MAPPER))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageStartingWith(ExecutionOptions.RUNTIME_MODE.key() + " is BATCH");
  }

  private void assertRejected(String input, String message) {
    assertThatThrownBy(
            () ->
                Millrace.pipeline("pipeline: p\n" + input)
                    .learn(orders(ORDERS), (order, fields) -> fields.set("x", 1)))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(message);
  }

  private String modelsSha256(String pipeline, int parallelism, boolean objectReuse)
      throws Exception {
    Configuration options = new Configuration();
    options.setString("pipeline.object-reuse", Boolean.toString(objectReuse));
    env.configure(options);
    env.setParallelism(parallelism);
    Collected<OutputRecord> models =
        Collected.of(Millrace.pipeline(pipeline).learn(orders(ORDERS), Order.MAPPER).models());
    env.execute();
    return Collected.modelsSha256(models.all());
  }

  private List<StreamNode> nodes() {
    return StreamSupport.stream(env.getStreamGraph(false).getStreamNodes().spliterator(), false)
        .toList();
  }

  private static JsonNode json(OutputRecord record) throws Exception {
    return JSON.readTree(record.value());
  }
}
