package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.testing.Collected;
import dev.millrace.testing.Order;
import java.math.BigDecimal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Fields of elements that have the names which the pipeline reads. */
class NamedFieldsTest {
  private static final int ORDERS = 300;

  /** As a mapper would set it; the record's id is the pipeline's. */
  private static final String PIPELINE = Order.PIPELINE.replace("id: order", "id: id");

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(1);

  /** A POJO, as Flink defines it. */
  public static class MutableOrder {
    public long id;
    public String card = "";
    public double amount;
    public String country = "";
    public boolean fraud;

    static MutableOrder of(Order order) {
      MutableOrder copy = new MutableOrder();
      copy.id = order.id();
      copy.card = order.card();
      copy.amount = order.amount();
      copy.country = order.country();
      copy.fraud = order.fraud();
      return copy;
    }
  }

  @Test
  void recordsPojosAndRowsLearnWhatAMapperSets() throws Exception {
    DataStream<MutableOrder> pojos =
        orders().map(MutableOrder::of).returns(TypeInformation.of(MutableOrder.class));
    DataStream<Row> rows =
        orders()
            .map(
                order ->
                    Row.of(
                        order.fraud(), order.card(), order.amount(), order.id(), order.country()))
            .returns(
                Types.ROW_NAMED(
                    new String[] {"fraud", "card", "amount", "id", "country"},
                    Types.BOOLEAN,
                    Types.STRING,
                    Types.DOUBLE,
                    Types.LONG,
                    Types.STRING));
    Millrace millrace = Millrace.pipeline(PIPELINE);
    Collected<OutputRecord> mapped =
        Collected.of(Millrace.pipeline(Order.PIPELINE).learn(orders(), Order.MAPPER).models());
    Collected<OutputRecord> records =
        Collected.of(millrace.withUidPrefix("a-").learn(orders()).models());
    Collected<OutputRecord> ofPojos =
        Collected.of(millrace.withUidPrefix("b-").learn(pojos).models());
    Collected<OutputRecord> ofRows =
        Collected.of(millrace.withUidPrefix("c-").learn(rows).models());
    env.execute();

    String expected = Collected.modelsSha256(mapped.all());
    assertThat(Collected.modelsSha256(records.all())).isEqualTo(expected);
    assertThat(Collected.modelsSha256(ofPojos.all())).isEqualTo(expected);
    assertThat(Collected.modelsSha256(ofRows.all())).isEqualTo(expected);
  }

  @Test
  void aNameThatTheElementsDoNotHaveIsAnErrorBeforeTheJobStarts() {
    Millrace millrace = Millrace.pipeline(PIPELINE.replace("[amount", "[amuont"));

    assertThatThrownBy(() -> millrace.learn(orders()))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "The pipeline reads \"amuont\", which is not a field of dev.millrace.testing.Order."
                + " Its fields: amount, card, country, fraud, id, time. Rename it in the pipeline,"
                + " or pass a mapper to learn");
  }

  @Test
  void aTypeWithoutFieldsIsAnErrorThatNamesTheWayOut() {
    DataStream<BigDecimal> numbers = env.fromData(BigDecimal.ONE);

    assertThatThrownBy(() -> Millrace.pipeline(PIPELINE).learn(numbers))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "Flink knows no fields of java.math.BigDecimal. Make it a record, a POJO or a Row with"
                + " a type, or pass a mapper to learn");
  }

  /** What is known of an order at once. */
  public record Asked(String card, long id, double amount, String country) {}

  /** What becomes known of it later. */
  public record Answer(String card, long id, boolean fraud) {}

  @Test
  void elementsWhoseLabelsHaveTheirOwnStreamNeedNoLabel() throws Exception {
    DataStream<Asked> asked =
        orders().map(each -> new Asked(each.card(), each.id(), each.amount(), each.country()));
    DataStream<Answer> answers =
        orders().map(each -> new Answer(each.card(), each.id(), each.fraud()));
    String late = PIPELINE.replace("task: binary", "task: binary\n  labels: { timeout: 1h }");
    Collected<PredictionRow> rows =
        Collected.of(Millrace.pipeline(late).withLabels(answers).learn(asked).predictionRows());
    env.execute();

    assertThat(rows.all()).hasSize(ORDERS);
    assertThatThrownBy(() -> Millrace.pipeline(late).learn(asked))
        .hasMessageStartingWith("The pipeline reads \"fraud\", which is not a field of");
  }

  private DataStream<Order> orders() {
    return env.fromSequence(0, ORDERS - 1).map(Order::of);
  }
}
