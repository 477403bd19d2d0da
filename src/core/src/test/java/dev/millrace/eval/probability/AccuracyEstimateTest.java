package dev.millrace.eval.probability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AccuracyEstimateTest {
  private static final int WINDOW = 1_000;

  private final AccuracyEstimate estimate = new AccuracyEstimate(WINDOW);
  private final Random random = new Random(1);

  /** Labels predictions of a model that is right less often than its probability says. */
  private void learnOverconfidence(int labels) {
    for (int i = 0; i < labels; i++) {
      float confidence = 0.5f + random.nextFloat() / 2;
      boolean isRight = random.nextFloat() < confidence - 0.1f;
      estimate.label(confidence, i % 2 == 0, isRight);
    }
  }

  @Test
  void withoutLabelsNothingIsKnown() {
    estimate.predict(0.9f, true);

    assertThat(estimate.report(true)).isEqualTo(new Estimate(1, Double.NaN, Double.NaN));
  }

  @Test
  void itCalibratesTheProbabilityByTheLabelsThatHaveCome() {
    learnOverconfidence(WINDOW);
    for (int i = 0; i < WINDOW; i++) {
      estimate.predict(0.5f + random.nextFloat() / 2, false);
    }

    assertThat(estimate.report(true).accuracy()).isCloseTo(0.65, within(0.03));
  }

  @Test
  void itFollowsInputsThatBecameHarder() {
    learnOverconfidence(WINDOW);
    for (int i = 0; i < WINDOW; i++) {
      estimate.predict(0.55f, false);
    }

    assertThat(estimate.report(true).accuracy()).isBetween(0.4, 0.56);
  }

  @Test
  void f1CountsRightPositivesAgainstAllWrongPredictions() {
    for (int i = 0; i < 2_000; i++) {
      estimate.label(0.8f, true, i % 10 < 7);
      estimate.label(0.8f, false, i % 10 < 9);
    }
    for (int i = 0; i < WINDOW; i++) {
      estimate.predict(0.8f, i % 4 == 0);
    }

    Estimate report = estimate.report(true);
    double rightPositives = 0.25 * 0.7;
    double wrong = 0.25 * 0.3 + 0.75 * 0.1;
    assertThat(report.predictions()).isEqualTo(WINDOW);
    assertThat(report.f1())
        .isCloseTo(2 * rightPositives / (2 * rightPositives + wrong), within(0.02));
    assertThat(estimate.report(false).f1()).isNaN();
  }

  @Test
  void onlyTheLastPredictionsAndLabelsCount() {
    for (int i = 0; i < WINDOW; i++) {
      estimate.label(0.8f, true, false);
      estimate.predict(0.1f, true);
    }
    for (int i = 0; i < WINDOW; i++) {
      estimate.label(0.8f, true, true);
      estimate.predict(0.8f, true);
    }

    assertThat(estimate.report(true).accuracy()).isGreaterThan(0.99);
  }

  @Test
  void aStoredOrCopiedOneGoesOnAsIfNeverStopped() throws IOException {
    AccuracyEstimate stored = new AccuracyEstimate(70);
    AccuracyEstimate copied = new AccuracyEstimate(70);
    AccuracyEstimate whole = new AccuracyEstimate(70);
    for (int i = 0; i < 500; i++) {
      float confidence = random.nextFloat();
      boolean isPositive = random.nextBoolean();
      boolean isRight = random.nextBoolean();
      for (AccuracyEstimate each : new AccuracyEstimate[] {stored, copied, whole}) {
        each.predict(confidence, isPositive);
        if (i % 3 > 0) {
          each.label(confidence, isPositive, isRight);
        }
      }
      assertThat(stored.report(true)).isEqualTo(whole.report(true));
      assertThat(copied.report(true)).isEqualTo(whole.report(true));
      copied = State.copy(copied, new AccuracyEstimate(70));
      stored = read(write(stored), 70);
    }
    assertThat(write(stored)).isEqualTo(write(whole));
    assertThat(read(write(whole), 10).report(true).predictions()).isEqualTo(10);
  }

  private static byte[] write(AccuracyEstimate estimate) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    estimate.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static AccuracyEstimate read(byte[] bytes, int window) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    AccuracyEstimate read = State.read(in, new AccuracyEstimate(window));
    assertThat(in.left()).isZero();
    return read;
  }
}
