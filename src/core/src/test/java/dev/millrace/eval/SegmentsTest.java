package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.Segment;
import dev.millrace.report.MetricsReport.SegmentScores;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calibration of segments, in the window of a classifier. */
class SegmentsTest {

  private static final Segments DEVICES = new Segments("device", 2, false, List.of("phone", "pc"));

  @Test
  void theSegmentOfARowIsItsListedValue() {
    assertThat(DEVICES.of(new float[] {9, 9, 1, 0}, 0)).isZero();
    assertThat(DEVICES.of(new float[] {7, 9, 9, 0, 1}, 1)).isOne();
    assertThat(DEVICES.of(new float[] {9, 9, 0, 0}, 0)).as("not listed").isEqualTo(2);
  }

  @Test
  void theSegmentOfABooleanIsFalseOrTrueOrMissing() {
    Segments isNew = new Segments("new", 1, true, List.of("false", "true"));

    assertThat(isNew.of(new float[] {9, 0, 1}, 0)).isZero();
    assertThat(isNew.of(new float[] {9, 1, 0}, 0)).isOne();
    assertThat(isNew.of(new float[] {9, Float.NaN, 1}, 0)).isEqualTo(2);
  }

  @Test
  void eachSegmentHasItsOwnCalibrationOfTheExamplesInTheWindow() {
    ClassificationMetrics metrics = new ClassificationMetrics(spec(4, DEVICES));
    add(metrics, 0, 0.9f, 0, 1); // leaves the window
    add(metrics, 0, 0.2f, 1, 1);
    add(metrics, 0, 0.4f, 0, 3);
    add(metrics, 2, 0.5f, 0, 1);
    add(metrics, 0, 0.6f, 0, 0);

    SegmentScores scores = scores(metrics);

    assertThat(scores.column()).isEqualTo("device");
    assertThat(scores.segments())
        .extracting(Segment::value, Segment::examples)
        .containsExactly(tuple("phone", 3), tuple(null, 1));
    assertThat(scores.segments().get(0).calibration().predicted())
        .isCloseTo((0.2 + 3 * 0.4) / 4, within(1e-6));
    assertThat(scores.segments().get(0).calibration().observed()).isEqualTo(0.25);
    assertThat(scores.segments().get(1).calibration().ratio()).isInfinite();
  }

  @Test
  void segmentsAreStoredAndExamplesOfOtherValuesAreInNone() throws Exception {
    ClassificationMetrics metrics = new ClassificationMetrics(spec(4, DEVICES));
    add(metrics, 0, 0.2f, 1, 1);
    add(metrics, 1, 0.4f, 0, 1);
    byte[] bytes = MetricsFixtures.bytes(metrics);
    Segments others = new Segments("device", 2, false, List.of("tv", "phone", "pc"));

    assertThat(scores(read(bytes, DEVICES))).isEqualTo(scores(metrics));
    assertThat(scores(read(bytes, others)).segments())
        .extracting(Segment::value, Segment::examples)
        .containsExactly(tuple(null, 2));
    assertThat(scores(read(bytes, null))).isNull();
    byte[] without = MetricsFixtures.bytes(read(bytes, null));
    assertThat(scores(read(without, DEVICES)).segments())
        .extracting(Segment::value)
        .containsExactly((String) null);
  }

  private static MetricsSpec spec(int window, Segments segments) {
    return MetricsFixtures.spec(window).with(to -> to.segments = segments);
  }

  private static ClassificationMetrics read(byte[] bytes, Segments segments) throws Exception {
    ClassificationMetrics metrics =
        (ClassificationMetrics) MetricsFixtures.read(bytes, spec(4, segments));
    metrics.nameClasses(List.of("no", "yes"));
    return metrics;
  }

  private static void add(
      ClassificationMetrics metrics, int segment, float probability, int actual, double weight) {
    metrics.nameClasses(List.of("no", "yes"));
    ScoredClass example = new ScoredClass();
    example.set(new float[] {1 - probability, probability}, 0, 2, true, actual);
    example.segment = segment;
    metrics.update(example, weight, 0);
  }

  private static SegmentScores scores(ClassificationMetrics metrics) {
    MetricsReport report = metrics.report(MetricsFixtures.context(List.of("no", "yes")));
    return ((ClassificationScores) report.scores()).segments();
  }
}
