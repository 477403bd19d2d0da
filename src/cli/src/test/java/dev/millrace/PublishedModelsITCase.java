package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.codec.OutputRecord;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Collected;
import dev.millrace.testing.Order;
import dev.millrace.testing.OrderJob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A job learns and publishes its models on a broker; another one only predicts with them. */
class PublishedModelsITCase extends OrderJob {
  private static final int ORDERS = 1_000;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    Map<String, String> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (Admin admin = KafkaClients.admin(client, Duration.ofSeconds(30))) {
      admin.createTopics(List.of(new NewTopic("orders.models", 1, (short) 1))).all().get();
    }
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static String pipeline() {
    return Order.PIPELINE
        + "kafka: { bootstrap.servers: \"%s\" }\n".formatted(kafka.bootstrapServers());
  }

  @Test
  void anotherJobPredictsWithTheModelsThatOneHasLearned() throws Exception {
    MillraceStreams learned = Millrace.pipeline(pipeline()).learn(orders(ORDERS), Order.MAPPER);
    learned
        .models()
        .sinkTo(
            KafkaSink.<OutputRecord>builder()
                .setBootstrapServers(kafka.bootstrapServers())
                .setRecordSerializer(MillraceStreams.kafkaSerializer("orders.models"))
                .build());
    Collected<MetricsRow> metrics = Collected.of(learned.metricRows());
    env.execute();

    DataStream<Order> questions =
        env.fromData(
            Order.of(7),
            withCard(Order.of(7), "card-unknown"),
            withAmount(Order.of(7), Double.NaN));
    PredictedStreams<Order> out = Millrace.pipeline(pipeline()).predict(questions, Order.MAPPER);
    Collected<PredictedElement<Order>> predicted = Collected.of(out.predictedElements());
    Collected<OutputRecord> deadLetters = Collected.of(out.deadLetters());
    env.execute();

    Map<String, PredictionRow> rows = new TreeMap<>();
    predicted.all().forEach(each -> rows.put(each.element().card(), each.prediction()));
    assertThat(rows).containsOnlyKeys(Order.of(7).card(), "card-unknown");
    PredictionRow known = rows.get(Order.of(7).card());
    long examples =
        metrics.all().stream()
            .filter(row -> row.key().equals(known.key()))
            .mapToLong(MetricsRow::examples)
            .max()
            .orElseThrow();
    assertThat(known.key()).isEqualTo(Order.of(7).card());
    assertThat(known.id()).isEqualTo("7");
    assertThat(known.predictedClass()).isIn("true", "false");
    assertThat(known.probabilities()).containsOnlyKeys("true", "false");
    assertThat(known.modelVersion()).isEqualTo(examples / 3); // batches of three
    assertThat(known.actualClass()).as("the label is not looked at").isNull();
    assertThat(known.seq()).isZero();
    PredictionRow unknown = rows.get("card-unknown");
    assertThat(unknown.predictedClass()).isNull();
    assertThat(unknown.predictedValue()).isNaN();
    assertThat(unknown.probabilities()).isEmpty();
    assertThat(unknown.modelVersion()).isZero();
    assertThat(deadLetters.all())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.header("__millrace.errors.reason"))
                    .isEqualTo("non-finite-feature"));
  }

  private static Order withCard(Order order, String card) {
    return new Order(order.id(), card, order.amount(), order.country(), true, order.time());
  }

  private static Order withAmount(Order order, double amount) {
    return new Order(order.id(), order.card(), amount, order.country(), true, order.time());
  }

  @Test
  void predictingNeedsBrokersAndFieldsAndNoLabel() {
    DataStream<Asked> asked = env.fromData(List.of(new Asked("card-1", 1, 2, "de")));
    String byName = pipeline().replace("id: order", "id: id");

    assertThat(Millrace.pipeline(byName).predict(asked).predictedElements().getParallelism())
        .isEqualTo(1);
    assertThatThrownBy(
            () -> Millrace.pipeline(Order.PIPELINE).predict(orders(ORDERS), Order.MAPPER))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageStartingWith("kafka.bootstrap.servers is missing. Name the brokers");
    assertThatThrownBy(() -> Millrace.pipeline(pipeline()).predict(asked))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageStartingWith("The pipeline reads \"order\", which is not a field of");
  }

  /** An order without label. */
  public record Asked(String card, long id, double amount, String country) {}
}
