package dev.millrace.eval.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The detectors give the signals that MOA 2024.07.0 gives, at the same examples, except where a
 * fall of the errors would be a signal. Page-Hinkley is held against Page's definition (MOA's sum
 * has no running minimum), and KSWIN, which MOA has not, against SciPy's exact two-sample test.
 */
class DriftDetectorTest {

  /** Errors, whose rate changes every 2,500 examples. */
  private static double[] errors(long seed, double... rates) {
    Random random = new Random(seed);
    double[] stream = new double[2_500 * rates.length];
    for (int i = 0; i < stream.length; i++) {
      stream[i] = random.nextDouble() < rates[i / 2_500] ? 1 : 0;
    }
    return stream;
  }

  /** Numbers of 0 to 1, whose mean changes every 3,000 examples. */
  private static double[] numbers(long seed, double... means) {
    Random random = new Random(seed);
    double[] stream = new double[3_000 * means.length];
    for (int i = 0; i < stream.length; i++) {
      double x = means[i / 3_000] + 0.1 * (random.nextDouble() + random.nextDouble() - 1);
      stream[i] = Math.max(0, Math.min(1, x));
    }
    return stream;
  }

  /** Errors of a model that learns for 5,000 examples, before the concept flips. */
  private static double[] learnedThenFlipped() {
    Random random = new Random(4);
    double[] stream = new double[8_000];
    for (int i = 0; i < stream.length; i++) {
      double rate = i < 5_000 ? 0.02 + 0.48 * StrictMath.pow(0.995, i) : 0.6;
      stream[i] = random.nextDouble() < rate ? 1 : 0;
    }
    return stream;
  }

  /** Errors that only ever become fewer, and none in the end. */
  private static double[] falling() {
    Random random = new Random(5);
    double[] stream = new double[40_000];
    for (int i = 0; i < stream.length; i++) {
      double rate = i < 1_000 ? 0.5 : i < 3_000 ? 0.1 : 0;
      stream[i] = random.nextDouble() < rate ? 1 : 0;
    }
    return stream;
  }

  private static double[] stream(String name) {
    return switch (name) {
      case "errors-1" -> errors(1, 0.1, 0.3, 0.05, 0.5);
      case "errors-2" -> errors(2, 0.3, 0.32, 0.2, 0.6, 0.1);
      case "errors-3" -> errors(3, 0.02, 0.2, 0.01, 0.9);
      case "numbers-1" -> numbers(11, 0.2, 0.5, 0.3);
      case "learned-then-flipped" -> learnedThenFlipped();
      case "numbers-2" -> numbers(12, 0.4, 0.45, 0.9, 0.1);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static DriftSpec spec(String name) {
    return switch (name) {
      case "adwin" -> DriftSpec.Adwin.DEFAULT;
      case "ddm" -> DriftSpec.Ddm.DEFAULT;
      case "eddm" -> DriftSpec.Eddm.DEFAULT;
      case "hddm-a" -> DriftSpec.HddmA.DEFAULT;
      case "hddm-a one-sided" -> new DriftSpec.HddmA(0.005, 0.001, false);
      case "page-hinkley" -> DriftSpec.PageHinkley.DEFAULT;
      case "page-hinkley without forgetting" -> new DriftSpec.PageHinkley(30, 0.005, 50, 1);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static List<Integer> indices(DriftDetector detector, double[] stream, DriftSignal what) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < stream.length; i++) {
      DriftSignal signal = detector.update(stream[i]);
      assertThat(signal).as("example %d", i).isNotNull();
      if (signal == what) {
        indices.add(i);
      }
    }
    return indices;
  }

  @ParameterizedTest
  @CsvSource({
    "adwin, errors-1, 2623 2655 2687 2719 2751 3039 7551 7583",
    "adwin, errors-2, 7551 7583 7615",
    "adwin, errors-3, 2591 2623 2687 2783 7519 7551 7583",
    "adwin, numbers-1, 3039 3071 3103",
    "adwin, numbers-2, 3199 3231 3263 3295 3391 6047 6079 6111",
    "ddm, errors-1, 122 251 2665 7651 7779",
    "ddm, errors-2, 7706",
    "ddm, errors-3, 70 2602 2775 2973 7549",
    "eddm, errors-1, 289 562 1007 1384 1731 2068 2502 2620 2726 2855 2952 3070 3227 3420 3553 3678"
        + " 3784 3952 4055 4166 4286 4393 4828 4955 5380 5951 6675 7501 7878 7968 8051",
    "eddm, errors-2, 168 252 422 515 618 2881 2990 3071 3169 8077 8153 8196 8247 8292 8344",
    "eddm, errors-3, 1290 2509 2782 2965 3317 3423 3574 3782 3938 4112 4245 4568 7527",
    "hddm-a, errors-1, 2640 7528",
    "hddm-a, errors-2, 7528",
    "hddm-a, errors-3, 2619 7511",
    "hddm-a, numbers-1, 3045",
    "hddm-a, numbers-2, 5834 6021",
    "hddm-a one-sided, errors-1, 2640 7519",
    "hddm-a one-sided, errors-2, 7535",
    "hddm-a one-sided, errors-3, 2619 7508",
    "hddm-a one-sided, numbers-2, 5834 6021",
  })
  void signalsDriftWhereMoaDoes(String detector, String stream, String expected) {
    List<Integer> drifts =
        indices(DriftDetectors.start(spec(detector)), stream(stream), DriftSignal.DRIFT);

    assertThat(drifts).isEqualTo(Stream.of(expected.split(" ")).map(Integer::valueOf).toList());
  }

  /**
   * The indices are those of a program in Python that keeps Page's sum and its running minimum,
   * both with forgetting. Without forgetting, River's recursion gives the same.
   */
  @ParameterizedTest
  @CsvSource({
    "page-hinkley, errors-1, 2779 7648",
    "page-hinkley, errors-2, 7639",
    "page-hinkley, errors-3, 2857 7562",
    "page-hinkley, numbers-1, 3175",
    "page-hinkley, numbers-2, 4517 6117",
    "page-hinkley, learned-then-flipped, 5099",
    "page-hinkley without forgetting, errors-1, 2778 7644",
    "page-hinkley without forgetting, errors-2, 4828 7625",
    "page-hinkley without forgetting, errors-3, 2851 7562",
    "page-hinkley without forgetting, numbers-1, 3173",
    "page-hinkley without forgetting, numbers-2, 4338 6115",
    "page-hinkley without forgetting, learned-then-flipped, 5099",
  })
  void pageHinkleySignalsARiseAboveTheRunningMinimum(
      String detector, String stream, String expected) {
    List<Integer> drifts =
        indices(DriftDetectors.start(spec(detector)), stream(stream), DriftSignal.DRIFT);

    assertThat(drifts).isEqualTo(Stream.of(expected.split(" ")).map(Integer::valueOf).toList());
  }

  @ParameterizedTest
  @MethodSource("specs")
  void errorsThatBecomeFewerAreNoDrift(DriftSpec spec) {
    assertThat(indices(DriftDetectors.start(spec), falling(), DriftSignal.DRIFT)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("specs")
  void aConceptThatFlipsAfterLearningIsADriftSoon(DriftSpec spec) {
    List<Integer> drifts =
        indices(DriftDetectors.start(spec), learnedThenFlipped(), DriftSignal.DRIFT);

    assertThat(drifts).anySatisfy(index -> assertThat(index).isBetween(5_000, 5_200));
  }

  @ParameterizedTest
  @CsvSource({
    "ddm, errors-1, 419",
    "ddm, errors-2, 2722",
    "ddm, errors-3, 380",
    "eddm, errors-1, 968",
    "eddm, errors-2, 1665",
    "eddm, errors-3, 694",
    "hddm-a, errors-1, 28",
    "hddm-a, errors-2, 9",
    "hddm-a, errors-3, 37",
    "hddm-a, numbers-1, 8",
    "hddm-a, numbers-2, 949",
  })
  void warnsAsOftenAsMoa(String detector, String stream, int expected) {
    assertThat(indices(DriftDetectors.start(spec(detector)), stream(stream), DriftSignal.WARNING))
        .hasSize(expected);
  }

  @ParameterizedTest
  @CsvSource({"30, 11, 0.034580085", "30, 13, 0.006548396", "30, 14, 0.002530062"})
  void kswinTestsAsSciPyDoes(int n, int differing, double pValue) {
    assertThat(KswinDetector.pValue(n, differing)).isEqualTo(pValue, within(5e-10));
  }

  /** The indices are those of a program in Python that sums the binomials as fractions. */
  @ParameterizedTest
  @CsvSource({
    "errors-1, 0.005, 100, 30, 0, 4399 7526",
    "errors-1, 0.01, 60, 20, 7, 4234 7519",
    "errors-3, 0.005, 100, 30, 0, 7517",
    "numbers-1, 0.005, 100, 30, 0, 1927 3002 3073 5390",
    "numbers-1, 0.005, 100, 30, -1, 1220 1692 3013 3333 5392 5588 6107 6410 7525",
    "numbers-2, 0.01, 60, 20, 7, 741 1361 1946 1993 2946 3012 4054 5084 5743 6010 6612 6741 7478"
        + " 7794 8751",
  })
  void kswinDrawsTheSameSampleAlways(
      String stream, double alpha, int window, int recent, long seed, String expected) {
    DriftSpec spec = new DriftSpec.Kswin(alpha, window, recent, seed);

    List<Integer> drifts = indices(DriftDetectors.start(spec), stream(stream), DriftSignal.DRIFT);

    assertThat(drifts).isEqualTo(Stream.of(expected.split(" ")).map(Integer::valueOf).toList());
  }

  /** Of two samples of 1,000 a difference of 0.1 is far beyond chance. */
  @ParameterizedTest
  @CsvSource({"400, ''", "399, 1999"})
  void kswinLeavesOutSmallDifferencesHoweverSure(int zeros, String expected) {
    double[] stream = new double[2_000];
    Arrays.fill(stream, 500, 1_000, 1);
    Arrays.fill(stream, 1_000 + zeros, 2_000, 1);
    DriftSpec spec = new DriftSpec.Kswin(0.05, 2_000, 1_000, 0);

    assertThat(KswinDetector.pValue(1_000, 100)).isLessThan(1e-4);
    assertThat(indices(DriftDetectors.start(spec), stream, DriftSignal.DRIFT))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(Integer.valueOf(expected)));
  }

  @Test
  void kswinSeesARiseSoonAndIsCalmOtherwise() {
    DriftSpec spec = new DriftSpec.Kswin(1e-7, 300, 30, 7);

    List<Integer> drifts =
        indices(DriftDetectors.start(spec), stream("numbers-1"), DriftSignal.DRIFT);

    assertThat(drifts).containsExactly(3_021);
  }

  static Stream<DriftSpec> specs() {
    return Stream.of(
        DriftSpec.Adwin.DEFAULT,
        DriftSpec.Ddm.DEFAULT,
        DriftSpec.Eddm.DEFAULT,
        DriftSpec.HddmA.DEFAULT,
        new DriftSpec.HddmA(0.005, 0.001, false),
        DriftSpec.PageHinkley.DEFAULT,
        DriftSpec.Kswin.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void goesOnFromItsBytesAndAsACopyAsIfNeverStopped(DriftSpec spec) throws IOException {
    double[] stream = stream("errors-1");
    DriftDetector undisturbed = DriftDetectors.start(spec);
    DriftDetector stored = DriftDetectors.start(spec);
    DriftDetector copied = DriftDetectors.start(spec);
    for (int i = 0; i < stream.length; i++) {
      if (i % 17 == 0) {
        byte[] bytes = bytes(stored);
        stored = read(bytes, spec);
        assertThat(bytes(stored)).isEqualTo(bytes);
        DriftDetector original = copied;
        copied = State.copy(copied, DriftDetectors.start(spec));
        original.update(1); // must not reach the copy
      }
      DriftSignal expected = undisturbed.update(stream[i]);
      assertThat(stored.update(stream[i])).as("stored, example %d", i).isEqualTo(expected);
      assertThat(copied.update(stream[i])).as("copied, example %d", i).isEqualTo(expected);
    }
    assertThat(bytes(stored)).isEqualTo(bytes(undisturbed));
    assertThat(bytes(copied)).isEqualTo(bytes(undisturbed));
  }

  @Test
  void aSmallerWindowKeepsTheNewestStoredNumbers() throws IOException {
    DriftDetector larger = DriftDetectors.start(new DriftSpec.Kswin(0.005, 100, 30, 0));
    DriftSpec smallerSpec = new DriftSpec.Kswin(0.005, 60, 30, 0);
    DriftDetector smaller = DriftDetectors.start(smallerSpec);
    for (int i = 0; i < 100; i++) {
      larger.update(i % 3);
      smaller.update(i % 3);
    }

    assertThat(bytes(read(bytes(larger), smallerSpec))).isEqualTo(bytes(smaller));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void ignoresValuesThatAreNotFinite(DriftSpec spec) throws IOException {
    DriftDetector detector = DriftDetectors.start(spec);
    detector.update(1);
    byte[] before = bytes(detector);

    assertThat(detector.update(Double.NaN)).isEqualTo(DriftSignal.NONE);
    assertThat(detector.update(Double.POSITIVE_INFINITY)).isEqualTo(DriftSignal.NONE);

    assertThat(bytes(detector)).isEqualTo(before);
  }

  /** DDM as MOA, which counts one more than came. */
  @Test
  void givesNoSignalBeforeItsMinExamples() {
    double[] errors = {0, 0, 0, 0, 1, 1, 1, 1};
    DriftSpec pageHinkley = new DriftSpec.PageHinkley(7, 0, 0.1, 1);

    assertThat(indices(DriftDetectors.start(new DriftSpec.Ddm(5, 2, 3)), errors, DriftSignal.DRIFT))
        .contains(4);
    assertThat(indices(DriftDetectors.start(new DriftSpec.Ddm(6, 2, 3)), errors, DriftSignal.DRIFT))
        .isEmpty();
    assertThat(indices(DriftDetectors.start(pageHinkley), errors, DriftSignal.DRIFT))
        .containsExactly(6);
  }

  @ParameterizedTest
  @MethodSource("specs")
  void countsExamplesAndTheBytesOfItsArrays(DriftSpec spec) throws IOException {
    DriftDetector detector = DriftDetectors.start(spec);
    assertThat(detector.memoryBytes()).isEqualTo(arrays(spec, 100, 2 * 30 * 8));
    for (int i = 0; i < 5; i++) {
      detector.update(0);
    }
    assertThat(detector.memoryBytes()).isEqualTo(arrays(spec, 100, (5 + 2 * 30) * 8));
    for (int i = 5; i < 9; i++) {
      detector.update(0);
    }
    assertThat(detector.memoryBytes()).isEqualTo(arrays(spec, 2 * 100, (9 + 2 * 30) * 8));
    for (int i = 9; i < 100; i++) {
      detector.update(0);
    }
    assertThat(detector.memoryBytes())
        .isEqualTo(arrays(spec, 5 * 100, (100 + 30 + 30) * Double.BYTES));
    // The first number behind the version.
    assertThat(ByteBuffer.wrap(bytes(detector)).getLong(Integer.BYTES)).isEqualTo(100);
  }

  /** A row of AdwinDetector has a count and six times two numbers. */
  private static long arrays(DriftSpec spec, long adwin, long kswin) {
    return spec instanceof DriftSpec.Adwin ? adwin : spec instanceof DriftSpec.Kswin ? kswin : 0;
  }

  @Test
  void rejectsBytesOfAdwinWhoseBucketsAreNotItsWindow() throws IOException {
    DriftDetector detector = DriftDetectors.start(DriftSpec.Adwin.DEFAULT);
    for (int i = 0; i < 6; i++) {
      detector.update(0.5);
    }
    byte[] bytes = bytes(detector);
    bytes[Integer.BYTES + 2 * Long.BYTES - 1]++;

    assertThatThrownBy(() -> read(bytes, DriftSpec.Adwin.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessage("numbers of adwin: 7, where 6 is possible; the bytes are damaged");
  }

  @Test
  void rejectsBytesOfAdwinWithoutBucketsInTheLastRow() {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    bytes.putInt(1).putLong(1).putLong(1).putDouble(0.5).putDouble(0).putInt(2);
    bytes.put((byte) 1).putDouble(0.5).putDouble(0).put((byte) 0);

    assertThatThrownBy(() -> read(bytes.array(), DriftSpec.Adwin.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "buckets of adwin's last row: 0, where 1 to 5 are possible; the bytes are damaged");
  }

  @ParameterizedTest
  @CsvSource({"adwin, 0", "ddm, 1", "eddm, 2", "hddm-a, 3", "page-hinkley, 5", "kswin, 6"})
  void detectorsHaveNames(String name, int place) throws IOException {
    assertThat(DriftSpec.ofName(name)).isEqualTo(specs().toList().get(place));
  }

  @Test
  void namesThatNoDetectorHasAreQuoted() {
    assertThatThrownBy(() -> DriftSpec.ofName("stepd"))
        .isInstanceOf(IOException.class)
        .hasMessage("drift state: this release knows no detector \"stepd\"");
  }

  @Test
  void aWindowTooShortForItsSampleNamesTheMin() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DriftSpec.Kswin(0.005, 59, 30, 0))
        .withMessage("window-size must be 60, twice stat-size, to 100000, but was 59");
  }

  /** Two samples of n that share nothing have a probability of 2 / C(2n, n). */
  @ParameterizedTest
  @CsvSource({"0.005, 5, 6", "0.00001, 10, 11"})
  void samplesTooSmallForAnyDriftNameTheMin(double alpha, int recent, int least) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DriftSpec.Kswin(alpha, 100, recent, 0))
        .withMessage(
            "stat-size must be at least %d with alpha %s, or nothing is ever a drift, but was %d"
                .formatted(least, alpha, recent));
    DriftDetector detector = DriftDetectors.start(new DriftSpec.Kswin(alpha, 100, least, 0));
    double[] stream = new double[200];
    Arrays.fill(stream, 150, 200, 1);
    assertThat(indices(detector, stream, DriftSignal.DRIFT)).hasSize(1);
  }

  @Test
  void rejectsBytesOfAnotherVersion() {
    byte[] bytes = {0, 0, 0, 2};

    assertThatThrownBy(() -> read(bytes, DriftSpec.Ddm.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  static Stream<Supplier<DriftSpec>> allowed() {
    return Stream.of(
        () -> new DriftSpec.Adwin(1e-300),
        () -> new DriftSpec.Adwin(Math.nextDown(1.0)),
        () -> new DriftSpec.Ddm(1, 1e-300, 1),
        () -> new DriftSpec.Ddm(1, 1, Math.nextUp(1.0)),
        () -> new DriftSpec.Eddm(1, Math.nextDown(1.0), 1e-300),
        () -> new DriftSpec.Eddm(1, 0.5, Math.nextDown(0.5)),
        () -> new DriftSpec.HddmA(Math.nextDown(1.0), 1e-300, true),
        () -> new DriftSpec.HddmA(0.5, Math.nextDown(0.5), true),
        () -> new DriftSpec.PageHinkley(1, 0, 1e-300, 1),
        () -> new DriftSpec.Kswin(0.5, 10, 5, 0),
        () -> new DriftSpec.Kswin(0.5, 100_000, 1_000, 0));
  }

  @ParameterizedTest
  @MethodSource("allowed")
  void takesSettingsUpToTheirLimits(Supplier<DriftSpec> setting) {
    assertThat(DriftDetectors.start(setting.get()).update(0.5)).isNotEqualTo(DriftSignal.DRIFT);
  }

  static Stream<Supplier<DriftSpec>> rejected() {
    return Stream.of(
        () -> new DriftSpec.Adwin(0),
        () -> new DriftSpec.Adwin(1),
        () -> new DriftSpec.Adwin(Double.NaN),
        () -> new DriftSpec.Ddm(0, 2, 3),
        () -> new DriftSpec.Ddm(30, 0, 3),
        () -> new DriftSpec.Ddm(30, 2, 2),
        () -> new DriftSpec.Ddm(30, 3, 2),
        () -> new DriftSpec.Ddm(30, 2, Double.POSITIVE_INFINITY),
        () -> new DriftSpec.Eddm(0, 0.95, 0.9),
        () -> new DriftSpec.Eddm(30, 0.95, 0),
        () -> new DriftSpec.Eddm(30, 0.9, 0.9),
        () -> new DriftSpec.Eddm(30, 0.9, 0.95),
        () -> new DriftSpec.Eddm(30, 1, 0.9),
        () -> new DriftSpec.HddmA(0.005, 0, false),
        () -> new DriftSpec.HddmA(0.001, 0.001, false),
        () -> new DriftSpec.HddmA(0.001, 0.01, false),
        () -> new DriftSpec.HddmA(1, 0.001, false),
        () -> new DriftSpec.PageHinkley(0, 0, 50, 1),
        () -> new DriftSpec.PageHinkley(30, -1, 50, 1),
        () -> new DriftSpec.PageHinkley(30, Double.POSITIVE_INFINITY, 50, 1),
        () -> new DriftSpec.PageHinkley(30, 0, 0, 1),
        () -> new DriftSpec.PageHinkley(30, 0, Double.POSITIVE_INFINITY, 1),
        () -> new DriftSpec.PageHinkley(30, 0, 50, 0),
        () -> new DriftSpec.PageHinkley(30, 0, 50, Math.nextUp(1.0)),
        () -> new DriftSpec.Kswin(0, 100, 30, 0),
        () -> new DriftSpec.Kswin(1, 100, 30, 0),
        () -> new DriftSpec.Kswin(0.005, 100, 4, 0),
        () -> new DriftSpec.Kswin(0.005, 100_000, 1_001, 0),
        () -> new DriftSpec.Kswin(0.005, 59, 30, 0),
        () -> new DriftSpec.Kswin(0.005, 100_001, 30, 0),
        () -> new DriftSpec.Kswin(0.005, 100, 5, 0));
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void rejectsSettingsBeyondTheirLimits(Supplier<DriftSpec> setting) {
    assertThatIllegalArgumentException()
        .isThrownBy(setting::get)
        .withMessageContainingAll("must be", "but ");
  }

  private static byte[] bytes(DriftDetector detector) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DriftDetectors.write(detector, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DriftDetector read(byte[] bytes, DriftSpec spec) throws IOException {
    return DriftDetectors.read(new DataInputStream(new ByteArrayInputStream(bytes)), spec);
  }
}
