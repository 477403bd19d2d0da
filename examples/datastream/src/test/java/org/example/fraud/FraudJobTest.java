package org.example.fraud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.MetricsRow;
import dev.millrace.PredictedElement;
import dev.millrace.codec.OutputRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the job learns, on a MiniCluster that all tests of the class share. */
class FraudJobTest {
  private static final int PAYMENTS = 4_000;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment();

  @Test
  void eachCardBeatsTheMajorityClass() throws Exception {
    List<MetricsRow> metrics = FraudJob.learn(payments()).metricRows().executeAndCollect(PAYMENTS);

    assertEquals(4, metrics.size(), "cards");
    for (MetricsRow card : metrics) {
      assertTrue(
          card.score("window.accuracy") > card.score("baseline.majority.window.accuracy"),
          card::toString);
    }
  }

  @Test
  void eachPaymentHasItsPrediction() throws Exception {
    Map<String, PredictedElement<Payment>> predicted =
        FraudJob.learn(payments()).predictedElements().executeAndCollect(PAYMENTS).stream()
            .collect(Collectors.toMap(each -> each.element().id(), each -> each));

    assertEquals(PAYMENTS, predicted.size());
    PredictedElement<Payment> first = predicted.get("payment-0");
    assertNull(first.prediction().predictedClass(), "nothing is learned yet");
    assertEquals(Boolean.toString(first.element().fraud()), first.prediction().actualClass());
  }

  @Test
  void aPaymentWithoutCardIsRejected() throws Exception {
    Payment nameless = new Payment("payment-x", "", 12.5, "de", false, Instant.EPOCH);

    List<OutputRecord> rejected =
        FraudJob.learn(env.fromData(nameless)).deadLetters().executeAndCollect(10);

    assertEquals(1, rejected.size());
    assertEquals("missing-key", rejected.get(0).header("__millrace.errors.reason"));
  }

  /** The first payments of the generated stream; one subtask keeps them in order. */
  private DataStream<Payment> payments() {
    List<Payment> payments = LongStream.range(0, PAYMENTS).mapToObj(Payment::of).toList();
    return env.fromData(payments).setParallelism(1);
  }
}
