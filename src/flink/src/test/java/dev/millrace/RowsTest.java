package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.ExampleFields;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.CommandJson;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Erase;
import dev.millrace.testing.Collected;
import dev.millrace.testing.Order;
import dev.millrace.testing.OrderJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.api.Test;

/** The results of a pipeline as rows, and with the elements that they are about. */
class RowsTest extends OrderJob {
  private static final int ORDERS = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void metricRowsHaveTheNumbersOfTheRecordsUnderTheirNames() throws Exception {
    MillraceStreams out = Millrace.pipeline(Order.PIPELINE).learn(orders(ORDERS), Order.MAPPER);
    Collected<MetricsRow> rows = Collected.of(out.metricRows());
    Collected<OutputRecord> records = Collected.of(out.metrics());
    env.execute();

    assertThat(rows.all()).hasSameSizeAs(records.all()).hasSizeGreaterThan(13);
    for (OutputRecord record : records.all()) {
      JsonNode json = JSON.readTree(record.value());
      MetricsRow row =
          rows.all().stream()
              .filter(each -> each.key().equals(record.keyText()))
              .filter(each -> each.seq() == json.path("seq").asLong())
              .findAny()
              .orElseThrow();
      assertThat(row.examples()).isEqualTo(json.path("examples").asLong());
      assertThat(row.task()).isEqualTo("binary");
      assertThat(row.eventTime()).isEqualTo(record.timestamp());
      assertThat(row.modelVersion()).isEqualTo(json.path("model_version").asLong());
      assertThat(row.score("window.accuracy")).isEqualTo(score(json, "/window/accuracy"));
      assertThat(row.score("baseline.majority.total.accuracy"))
          .isEqualTo(score(json, "/baseline/majority/total/accuracy"));
      assertThat(row.score("window.mae")).isNaN();
    }
  }

  // A score is null before the first scored example.
  private static double score(JsonNode json, String pointer) {
    return json.at(pointer).asDouble(Double.NaN);
  }

  @Test
  void eventRowsHaveTheFieldsOfTheirKind() throws Exception {
    byte[] key = "card-0".getBytes(StandardCharsets.UTF_8);
    byte[] erase = CommandJson.encode(new Erase("orders", null));
    MillraceStreams out =
        Millrace.pipeline(Order.PIPELINE)
            .withCommands(
                env.fromData(
                    TypeInformation.of(KafkaRecord.class),
                    KafkaRecord.none(KafkaRecord.NO_TIMESTAMP, key, erase)))
            .learn(orders(ORDERS), Order.MAPPER);
    Collected<EventRow> events = Collected.of(out.eventRows());
    env.execute();

    assertThat(events.all()).hasSize(1);
    EventRow event = events.all().get(0);
    assertThat(event.key()).isEqualTo("card-0");
    assertThat(event.event()).isEqualTo("erased");
    assertThat(event.details()).containsEntry("ids", "0").containsKey("until");
    assertThat(event.details()).doesNotContainKeys("key", "pipeline", "seq");
  }

  @Test
  void rowsAreReadFromAnyJsonObjectAlone() throws Exception {
    OutputRecord empty = record("{}");

    assertThat(MetricsRow.of(empty).scores()).isEmpty();
    assertThat(EventRow.of(empty)).isEqualTo(new EventRow("", 0, 0, "", Map.of(), 0));
    assertThat(PredictionRow.of(record("{\"value\":2.5}")).predictedValue()).isEqualTo(2.5);
    assertThat(MetricsRow.of(record("{\"event_time\":\"soon\"}")).eventTime()).isZero();
    assertThatThrownBy(() -> MetricsRow.of(record("[]")))
        .isInstanceOf(IOException.class)
        .hasMessage("the record is not a JSON object");
    assertThatThrownBy(() -> EventRow.of(record(""))).isInstanceOf(IOException.class);
  }

  private static OutputRecord record(String value) {
    return OutputRecord.of(0, new byte[0], value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void eachElementHasItsPredictionWithoutAnId() throws Exception {
    ElementStreams<Order> out =
        Millrace.pipeline(Order.PIPELINE.replace("  id: order\n", ""))
            .learn(orders(ORDERS), RowsTest::withoutId);
    Collected<PredictedElement<Order>> predicted = Collected.of(out.predictedElements());
    Collected<PredictionRow> rows = Collected.of(out.predictionRows());
    assertThat(out.predictedElements()).isSameAs(out.predictedElements());
    env.execute();

    assertThat(predicted.all())
        .extracting(PredictedElement::element)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, ORDERS).mapToObj(Order::of).toList());
    assertThat(predicted.all())
        .allSatisfy(
            each -> {
              assertThat(each.prediction().key()).isEqualTo(each.element().card());
              assertThat(each.prediction().eventTime()).isEqualTo(each.element().time());
              assertThat(each.prediction().actualClass())
                  .isEqualTo(Boolean.toString(each.element().fraud()));
            });
    Comparator<PredictionRow> order = Comparator.comparingLong(PredictionRow::eventTime);
    assertThat(predicted.all().stream().map(PredictedElement::prediction).sorted(order).toList())
        .isEqualTo(rows.all().stream().sorted(order).toList());
  }

  private static void withoutId(Order order, ExampleFields fields) {
    fields
        .set("card", order.card())
        .set("amount", order.amount())
        .set("country", order.country())
        .set("fraud", order.fraud());
  }

  @Test
  void anElementWhoseLabelComesLaterHasItsPredictionAtOnce() throws Exception {
    String late = Order.PIPELINE.replace("task: binary", "task: binary\n  labels: { timeout: 1h }");
    ElementStreams<Order> out =
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
                (order, fields) -> {
                  withoutLabel(order, fields);
                  if (order.id() == 3) {
                    fields.set("amount", Double.NaN);
                  }
                });
    Collected<PredictedElement<Order>> predicted = Collected.of(out.predictedElements());
    env.execute();

    assertThat(predicted.all()).hasSize(ORDERS - 1);
    assertThat(predicted.all())
        .allSatisfy(each -> assertThat(each.prediction().id()).isEqualTo("" + each.element().id()));
  }

  private static void withoutLabel(Order order, ExampleFields fields) {
    fields
        .set("card", order.card())
        .set("order", order.id())
        .set("amount", order.amount())
        .set("country", order.country());
  }

  @Test
  void elementsLeaveTheKafkaRecordsOfDeadLettersAndPredictionsAsTheyAre() throws Exception {
    ElementStreams<Order> out =
        Millrace.pipeline(Order.PIPELINE)
            .learn(
                orders(ORDERS),
                (order, fields) -> {
                  Order.MAPPER.map(order, fields);
                  fields.record(order.json().withHeader("traceparent", new byte[] {1}));
                  if (order.id() == ORDERS - 1) { // the model of the key rejects a third class
                    fields.set("fraud", "perhaps");
                  }
                });
    Collected<PredictedElement<Order>> predicted = Collected.of(out.predictedElements());
    Collected<OutputRecord> predictions = Collected.of(out.predictions());
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    env.execute();

    assertThat(predicted.all()).hasSize(ORDERS - 1);
    assertThat(predictions.all())
        .hasSize(ORDERS - 1)
        .allSatisfy(record -> assertThat(record.headerNames()).containsExactly("traceparent"));
    OutputRecord letter = deadLetters.all().get(0);
    assertThat(letter.value()).isEqualTo(Order.of(ORDERS - 1).json().value());
    assertThat(List.of(letter.headerNames()))
        .startsWith("traceparent")
        .noneMatch(name -> name.contains("element"));
  }
}
