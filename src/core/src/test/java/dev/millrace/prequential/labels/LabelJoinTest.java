package dev.millrace.prequential.labels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.eval.KnownLabels;
import dev.millrace.input.ErasedId;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.prequential.rows.PendingMemory;
import dev.millrace.report.MetricsReport.Delays;
import dev.millrace.report.MetricsReport.Labels;
import dev.millrace.state.State;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LabelJoinTest {
  private static final long PLENTY = 1 << 20;
  private static final int WINDOW = 100;
  private static final LateLabels SPEC = spec(1_000, 3);

  private final LabelJoin join = new LabelJoin(SPEC, WINDOW, Task.BINARY, 2, false);

  @Test
  void aLabelFindsItsFeaturesOnce() {
    features(join, "a", 100);

    assertThat(label(join, "a", 350)).isTrue();
    assertThat(label(join, "a", 360)).isFalse();

    Labels report = join.report();
    assertThat(report.matched()).isOne();
    assertThat(report.pending()).isZero();
    assertThat(report.duplicateLabels()).isOne();
    assertThat(report.delayMs()).isEqualTo(new Delays(250, 250, 250, 250));
  }

  @Test
  void takingReturnsTheKeptFeatures() {
    join.advance(5);
    PendingFeatures kept = pending(5);
    join.keep("a", kept, PLENTY);

    assertThat(join.takeFeatures("a", 6)).isSameAs(kept);
  }

  @Test
  void featuresThatComeTwiceAreCountedWhetherTheirLabelHasComeOrNot() {
    features(join, "a", 1);
    features(join, "a", 2);
    label(join, "a", 3);
    features(join, "a", 4);

    assertThat(join.report().duplicateFeatures()).isEqualTo(2);
    assertThat(join.report().matched()).isOne();
  }

  @Test
  void aLabelWaitsForItsFeaturesTheFirstOneCounts() {
    assertThat(label(join, "a", 10)).isFalse();
    assertThat(label(join, "a", 11)).isFalse();

    assertThat(features(join, "a", 8)).isTrue();
    assertThat(join.report())
        .isEqualTo(new Labels(0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, new Delays(2, 2, 2, 2)));
  }

  @Test
  void featuresWaitForTheTimeoutAndNotLonger() {
    features(join, "a", 0);
    features(join, "b", 0);

    assertThat(label(join, "a", 1_000)).isTrue();
    assertThat(label(join, "b", 1_001)).isFalse();

    assertThat(join.report().timedOut()).isOne();
    assertThat(join.report().late()).isOne();
  }

  @Test
  void featuresBehindOthersOfALaterTimeWaitForTheTimeoutAndNotLonger() {
    features(join, "later", 500);
    features(join, "a", 0);

    assertThat(label(join, "a", 1_001)).isFalse();

    Labels report = join.report();
    assertThat(report.timedOut()).isOne();
    assertThat(report.late()).isOne();
    assertThat(report.pending()).isOne();
  }

  @Test
  void aLabelWithoutFeaturesTimesOut() {
    label(join, "a", 0);
    features(join, "b", 1_001);

    assertThat(join.report().withoutFeatures()).isOne();
    assertThat(join.report().early()).isZero();
  }

  @Test
  void aLabelBehindOthersOfALaterTimeTimesOutAndItsFeaturesWait() {
    label(join, "later", 500);
    label(join, "a", 0);
    label(join, "b", 0);

    assertThat(features(join, "a", 1_000)).isTrue();
    assertThat(features(join, "b", 1_001)).isFalse();

    Labels report = join.report();
    assertThat(report.matched()).isOne();
    assertThat(report.withoutFeatures()).isOne();
    assertThat(report.pending()).isOne();
    assertThat(report.early()).isOne();
    assertThat(records(report)).isEqualTo(5);
  }

  @Test
  void pendingFeaturesKeepTheirRoomAndTheNewestFindNone() {
    for (String id : new String[] {"a", "b", "c", "d"}) {
      features(join, id, 1);
    }

    assertThat(label(join, "d", 2)).isFalse();
    assertThat(label(join, "a", 2)).isTrue();
    Labels report = join.report();
    assertThat(report.droppedFeatures()).isOne();
    assertThat(report.late()).isOne();
    assertThat(report.pending()).isEqualTo(2);
  }

  @Test
  void theOldestLabelMakesRoom() {
    for (String id : new String[] {"a", "b", "c", "d"}) {
      label(join, id, 1);
    }

    assertThat(features(join, "a", 1)).isFalse();
    assertThat(features(join, "d", 1)).isTrue();
    assertThat(join.report().droppedLabels()).isOne();
  }

  @Test
  void pendingFeaturesAreLimitedInBytes() {
    LabelJoin small = new LabelJoin(spec(1_000, 1_000), WINDOW, Task.BINARY, 2, false);
    long most = 10 * PendingBuffer.bytesOf("id-0", pending(0));

    for (int i = 0; i < 1_000; i++) {
      small.advance(i);
      small.keep("id-" + i, pending(i), most);
      assertThat(small.memoryBytes())
          .isLessThan(most + 2 * PendingBuffer.bytesOf("id-000", pending(0)) + WINDOW * Long.BYTES);
    }

    assertThat(small.report().pending()).isBetween(8L, 10L);
    assertThat(small.report().pending() + small.report().droppedFeatures()).isEqualTo(1_000);
  }

  @Test
  void quantilesAreOfTheLastDelays() {
    LabelJoin many = new LabelJoin(spec(10_000, 10), WINDOW, Task.BINARY, 2, false);
    for (int i = 1; i <= 250; i++) {
      features(many, "id-" + i, 0);
      label(many, "id-" + i, i);
    }

    assertThat(many.report().delayMs()).isEqualTo(new Delays(200, 240, 249, 250));
  }

  @Test
  void storedAfterAnyRecordItEndsAsIfNeverStored() throws IOException {
    LabelJoin undisturbed = new LabelJoin(SPEC, WINDOW, Task.BINARY, 2, false);
    LabelJoin stored = new LabelJoin(SPEC, WINDOW, Task.BINARY, 2, false);
    LabelJoin copied = new LabelJoin(SPEC, WINDOW, Task.BINARY, 2, false);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      String id = "id-" + (i / 20 + random.nextInt(10));
      long time = i * 20L + random.nextInt(300);
      boolean isLabel = random.nextBoolean();
      stored = read(bytes(stored));
      copied = copied.copy();
      for (LabelJoin one : new LabelJoin[] {undisturbed, stored, copied}) {
        if (isLabel) {
          label(one, id, time);
        } else {
          features(one, id, time);
        }
      }
      assertThat(bytes(stored)).isEqualTo(bytes(undisturbed));
      assertThat(bytes(copied)).isEqualTo(bytes(undisturbed));
      assertThat(stored.memoryBytes()).isEqualTo(undisturbed.memoryBytes());
    }

    Labels report = undisturbed.report();
    assertThat(records(report)).isEqualTo(2_000);
    assertThat(
            new long[] {
              report.matched(),
              report.timedOut(),
              report.withoutFeatures(),
              report.duplicateFeatures(),
              report.duplicateLabels(),
              report.droppedFeatures(),
              report.droppedLabels(),
              report.late()
            })
        .doesNotContain(0);
  }

  /** All records that the counts speak of. */
  static long records(Labels report) {
    return report.pending()
        + report.early()
        + 2 * report.matched()
        + report.complete()
        + report.timedOut()
        + report.withoutFeatures()
        + report.duplicateFeatures()
        + report.duplicateLabels()
        + report.droppedFeatures()
        + report.droppedLabels()
        + report.late();
  }

  /** Whether their label had come. */
  private static boolean features(LabelJoin join, String id, long time) {
    join.advance(time);
    if (join.isDuplicateOfFeatures(id)) {
      return false;
    }
    if (join.takeLabel(id, time) != null) {
      return true;
    }
    join.keep(id, pending(time), PLENTY);
    return false;
  }

  @Test
  void featuresWithAnErasedIdWaitNoLongerAndOthersDo() throws IOException {
    ErasedId user =
        new ErasedId(
            "user",
            7L << 50,
            new IdColumns.Column("user", 0, IdOptions.ONE, false),
            false,
            false,
            -1,
            false);
    LabelJoin many = new LabelJoin(spec(1_000, 10), WINDOW, Task.BINARY, 2, false);
    many.advance(0);
    many.keep("a", pendingOf(7L << 50), PLENTY);
    many.keep("b", pendingOf(6L << 50), PLENTY);
    many.keep("c", pendingOf(7L << 50), PLENTY);
    many.keep("d", new PendingLabel("yes", Double.NaN, 0), PLENTY);

    assertThat(many.pending()).isEqualTo(4);
    assertThat(many.erasePending(user)).isEqualTo(2);
    assertThat(many.pending()).isEqualTo(2);
    assertThat(many.takeFeatures("a", 1)).isNull();
    assertThat(many.takeFeatures("b", 1)).isNotNull();
    assertThat(many.isSettled("a")).as("nothing of the example is kept").isFalse();
  }

  private static PendingFeatures pendingOf(long id) {
    float[] row = new float[IdWords.ID_WIDTH];
    IdWords.write(id, row, 0);
    return new PendingFeatures(
        row,
        1f,
        0,
        2,
        3,
        new float[] {0.25f, 0.75f},
        PendingMemory.NONE,
        1,
        0,
        new long[0],
        PendingBound.NONE,
        null);
  }

  /** Whether its features had come. */
  private static boolean label(LabelJoin join, String id, long time) {
    join.advance(time);
    if (join.takeFeatures(id, time) != null) {
      return true;
    }
    if (!join.isDuplicateOrLateLabel(id)) {
      join.keep(id, new PendingLabel("yes", Double.NaN, time), PLENTY);
    }
    return false;
  }

  private static PendingFeatures pending(long time) {
    return new PendingFeatures(
        new float[] {time, Float.NaN},
        1f,
        time,
        2,
        3 + time,
        new float[] {0.25f, 0.75f},
        time % 7 == 0 ? new float[] {0, 2, time, Float.NaN, 1, 1, 0.5f} : PendingMemory.NONE,
        1,
        time % 2,
        time % 3 == 0 ? new long[] {time, -1} : new long[0],
        time % 5 == 0 ? PendingBound.NONE : new PendingBound(time / 4.0, time),
        time % 4 == 0 ? null : new KnownLabels(Double.NaN, time % 2, new float[] {time, 0.5f}));
  }

  private static LateLabels spec(long timeoutMillis, int maxPending) {
    return new LateLabels("labels", "id", null, "label", timeoutMillis, maxPending);
  }

  private static byte[] bytes(LabelJoin join) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    join.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static LabelJoin read(byte[] bytes) throws IOException {
    BoundedDataInput in = new BoundedDataInput(bytes);
    LabelJoin join = State.read(in, new LabelJoin(SPEC, WINDOW, Task.BINARY, 2, false));
    assertThat(in.left()).isZero();
    return join;
  }
}
