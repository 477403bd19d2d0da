package dev.millrace.eval;

import dev.millrace.data.Counts;
import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads the bytes of version 1, in which every example weighs 1: the scores that it did not know
 * begin with the next example.
 */
final class VersionOne {

  private VersionOne() {}

  static ClassificationMetrics readClassification(DataInput in, MetricsSpec spec)
      throws IOException {
    int[] actuals = readIndexes(in, 0);
    ConfusionMatrix matrix = readMatrix(in);
    int[] predictions = readIndexes(in, 0);
    ClassTally noChange = readTally(in);
    int[] noChangePredictions = readIndexes(in, ClassTally.NO_PREDICTION);
    ClassTally majority = readTally(in);
    int[] majorityPredictions = readIndexes(in, ClassTally.NO_PREDICTION);
    double[] losses = readNumbers(in);
    RunningMean loss = readMean(in);
    double[] logLosses = readNumbers(in);
    RunningMean logLoss = readMean(in);
    MajorityClass majorityClass = readMajorityClass(in);
    int previousLabel = VarLong.readClassOrNone(in);

    requireColumns(
        actuals.length,
        predictions.length,
        noChangePredictions.length,
        majorityPredictions.length,
        losses.length,
        logLosses.length);
    ClassificationWindow window = new ClassificationWindow(spec);
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < actuals.length && spec.windowMillis() == 0; i++) {
      example.actual = actuals[i];
      example.predicted = predictions[i];
      example.loss = losses[i];
      example.logLoss = logLosses[i];
      window.add(example, noChangePredictions[i], majorityPredictions[i], 1, 0);
    }
    ClassificationSums total =
        ClassificationSums.of(spec, matrix, noChange, majority, loss, logLoss);
    Faded<ClassificationSums> faded =
        spec.fading() == 0 ? null : new Faded<>(spec.fading(), new ClassificationSums(spec));
    return new ClassificationMetrics(spec, window, total, faded, majorityClass, previousLabel);
  }

  static RegressionMetrics readRegression(DataInput in, MetricsSpec spec) throws IOException {
    double[] actuals = readNumbers(in);
    double[] predictions = readNumbers(in);
    ErrorSums model = readErrors(in);
    double[] lastValues = readNumbers(in);
    ErrorSums lastValue = readErrors(in);
    double[] means = readNumbers(in);
    ErrorSums mean = readErrors(in);
    double[] losses = readNumbers(in);
    RunningMean loss = readMean(in);
    RunningMoments scoredLabels = readMoments(in);
    RunningMoments allLabels = readMoments(in);
    double previousLabel = in.readDouble();

    requireColumns(
        actuals.length, predictions.length, lastValues.length, means.length, losses.length);
    RegressionWindow window = new RegressionWindow(spec);
    for (int i = 0; i < actuals.length && spec.windowMillis() == 0; i++) {
      window.add(actuals[i], predictions[i], lastValues[i], means[i], losses[i], 1, 0);
    }
    RegressionSums total = RegressionSums.of(model, lastValue, mean, loss, scoredLabels);
    Faded<RegressionSums> faded =
        spec.fading() == 0 ? null : new Faded<>(spec.fading(), new RegressionSums());
    return new RegressionMetrics(spec, window, total, faded, allLabels, previousLabel);
  }

  private static void requireColumns(int rows, int... others) throws IOException {
    for (int other : others) {
      Counts.require("examples in a column of the metrics", other, rows);
    }
  }

  private static int[] readIndexes(DataInput in, int least) throws IOException {
    int[] indexes = new int[VarLong.readExamples(in)];
    for (int i = 0; i < indexes.length; i++) {
      int index = VarLong.readClassOrNone(in);
      indexes[i] = (int) Counts.require("class in the metrics", index, least, index);
    }
    return indexes;
  }

  private static double[] readNumbers(DataInput in) throws IOException {
    double[] numbers = new double[VarLong.readExamples(in)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readDouble();
    }
    return numbers;
  }

  private static ConfusionMatrix readMatrix(DataInput in) throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix();
    int classes = VarLong.readClass(in);
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        matrix.add(a, p, (double) VarLong.read(in));
      }
    }
    return matrix;
  }

  private static ClassTally readTally(DataInput in) throws IOException {
    long examples = VarLong.read(in);
    long[] actual = VarLong.readArray(in);
    long[] predicted = VarLong.readArray(in);
    long[] hits = VarLong.readArray(in);
    Counts.require("predicted classes in the metrics", predicted.length, actual.length);
    Counts.require("hit classes in the metrics", hits.length, actual.length);
    return ClassTally.of((double) examples, actual, predicted, hits);
  }

  private static RunningMean readMean(DataInput in) throws IOException {
    return RunningMean.of((double) VarLong.read(in), in.readDouble());
  }

  private static MajorityClass readMajorityClass(DataInput in) throws IOException {
    double[] weights = Arrays.stream(VarLong.readArray(in)).asDoubleStream().toArray();
    int majority = VarLong.readClassOrNone(in);
    Counts.require("majority class in the metrics", majority, -1, weights.length - 1);
    return MajorityClass.of(weights, majority);
  }

  private static ErrorSums readErrors(DataInput in) throws IOException {
    return ErrorSums.of((double) VarLong.read(in), in.readDouble(), in.readDouble());
  }

  private static RunningMoments readMoments(DataInput in) throws IOException {
    return RunningMoments.of((double) VarLong.read(in), in.readDouble(), in.readDouble());
  }
}
