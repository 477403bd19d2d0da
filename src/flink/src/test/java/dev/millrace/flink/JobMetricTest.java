package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Task;
import dev.millrace.flink.JobMetric.Kind;
import dev.millrace.flink.chunk.ChunkOperator;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.GeneratedPage;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Compares the catalogue of metrics with the operators and with the documentation. */
class JobMetricTest {
  private static final Path REFERENCE = Path.of("docs", "reference", "flink-metrics.md");

  @Test
  void theReferenceIsWhatTheCatalogueSays() throws IOException {
    GeneratedPage.requireIs(REFERENCE, markdown(), JobMetricTest.class);
  }

  @Test
  void theOperatorsRegisterExactlyTheMetricsOfTheCatalogue() throws Exception {
    register(
        "decode",
        new ProcessOperator<>(
            new DecodeFunction("p", Records.undeclared(), List.of("examples"), Map.of())));
    register("chunk", new ChunkOperator(null));
    TrainSpec late =
        Specs.train(LateStreams.input(Task.BINARY, null, 1_000, 10), Specs.small(1), Specs.METRICS);
    register("train", new TrainOperator(late, StateSpec.DEFAULT));
  }

  @Test
  void namesFollowTheConventionsOfPrometheus() {
    for (JobMetric metric : JobMetric.values()) {
      String name = metric.metricName();

      assertThat(name)
          .matches("[a-z]+(_[a-z]+)*")
          .doesNotContainPattern("_(ms|ns|millis|nanos|bits)$");
      assertThat(name.endsWith("_total")).as(name).isEqualTo(metric.kind() == Kind.COUNTER);
    }
  }

  private static <I, O> void register(String name, OneInputStreamOperator<I, O> operator)
      throws Exception {
    RegisteredMetrics metrics = new RegisteredMetrics();
    try (MockEnvironment environment = metrics.environment();
        OneInputStreamOperatorTestHarness<I, O> harness =
            harness(name.equals("train"), operator, environment)) {
      harness.setStateBackend(new EmbeddedRocksDBStateBackend());
      harness.open();
    }
    Set<String> expected = new TreeSet<>();
    for (JobMetric metric : JobMetric.values()) {
      if (Set.of(metric.operators().split(", ")).contains(name)) {
        if (metric == JobMetric.DEAD_LETTERS) {
          for (DeadLetterReason reason : DeadLetterReason.values()) {
            expected.add(metric.metricName() + "/" + reason.id());
          }
        } else if (metric == JobMetric.LABEL_JOINS) {
          for (LabelOutcome outcome : LabelOutcome.values()) {
            expected.add(metric.metricName() + "/" + outcome.id());
          }
        } else {
          expected.add(metric.metricName());
          assertThat(metrics.all().get(metric.metricName()))
              .as(metric.metricName())
              .isInstanceOf(type(metric));
        }
      }
    }
    assertThat(metrics.all()).as(name).containsOnlyKeys(expected);
  }

  private static <I, O> OneInputStreamOperatorTestHarness<I, O> harness(
      boolean keyed, OneInputStreamOperator<I, O> operator, MockEnvironment environment)
      throws Exception {
    KeySelector<I, String> anyKey = value -> "any";
    TypeInformation<String> keys = Types.STRING;
    return keyed
        ? new KeyedOneInputStreamOperatorTestHarness<>(operator, anyKey, keys, environment)
        : new OneInputStreamOperatorTestHarness<>(operator, environment);
  }

  private static Class<? extends Metric> type(JobMetric metric) {
    return switch (metric.kind()) {
      case COUNTER -> Counter.class;
      case GAUGE -> Gauge.class;
      case HISTOGRAM -> Histogram.class;
    };
  }

  private static String markdown() {
    StringBuilder text =
        new StringBuilder(
            """
            # Flink metrics

            <!-- Generated from the catalogue in the source. Generate it with
                 mvn test -Dtest=JobMetricTest -Dmillrace.docs.write=true -->

            What the job adds to [Flink's own metrics](https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/metrics/), in the group
            `millrace` of each operator. Flink's page and every reporter show them; `flink-conf/config.yaml` has Flink's Prometheus reporter.
            All are values of a subtask, never of a model key: the records of the metrics topic have the scores of each model.

            In Prometheus a name starts with `flink_taskmanager_job_task_operator_millrace_`, as in
            `flink_taskmanager_job_task_operator_millrace_learned_examples_total`; dead letters are
            `flink_taskmanager_job_task_operator_millrace_reason_dead_letters_total{reason="malformed-record"}`. Labels are those of
            Flink, such as `job_name`, `operator_name`, `subtask_index`. The reporter has counters as gauges and histograms as summaries
            (`quantile` 0.5 to 0.999, and `_count`). Histograms are over their last 1,024 values.

            Names follow Prometheus' conventions: counters end in `_total`, durations are in `_seconds`, sizes in `_bytes`, shares in `_ratio`.
            Histograms in seconds have fractional quantiles and means. Flink has the minimum and the maximum as whole numbers:
            the minimum is rounded down to a second, the maximum up.

            | metric | kind | operator | what it is |
            |---|---|---|---|
            """);
    for (JobMetric metric : JobMetric.values()) {
      text.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  metric.metricName(),
                  metric.kind().name().toLowerCase(java.util.Locale.ROOT),
                  metric.operators(),
                  metric.meaning()));
    }
    text.append("\nReasons of `%s`: ".formatted(JobMetric.DEAD_LETTERS.metricName()));
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      text.append(reason.ordinal() == 0 ? "" : ", ").append('`').append(reason.id()).append('`');
    }
    text.append(
        ".\n\nOutcomes of `%s` ([late labels](../late-labels.md)): "
            .formatted(JobMetric.LABEL_JOINS.metricName()));
    for (LabelOutcome outcome : LabelOutcome.values()) {
      text.append(outcome.ordinal() == 0 ? "" : ", ").append('`').append(outcome.id()).append('`');
    }
    return text.append(".\n").toString();
  }
}
