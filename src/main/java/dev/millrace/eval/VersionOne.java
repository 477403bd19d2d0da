package dev.millrace.eval;

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
    int[] actuals = readIndexes(in);
    ConfusionMatrix matrix = readMatrix(in);
    int[] predictions = readIndexes(in);
    ClassTally noChange = readTally(in);
    int[] noChangePredictions = readIndexes(in);
    ClassTally majority = readTally(in);
    int[] majorityPredictions = readIndexes(in);
    double[] losses = readNumbers(in);
    RunningMean loss = readMean(in);
    double[] logLosses = readNumbers(in);
    RunningMean logLoss = readMean(in);
    MajorityClass majorityClass = readMajorityClass(in);
    int previousLabel = VarLong.readSize(in) - 1;

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

    RegressionWindow window = new RegressionWindow(spec);
    for (int i = 0; i < actuals.length && spec.windowMillis() == 0; i++) {
      window.add(actuals[i], predictions[i], lastValues[i], means[i], losses[i], 1, 0);
    }
    RegressionSums total = RegressionSums.of(model, lastValue, mean, loss, scoredLabels);
    Faded<RegressionSums> faded =
        spec.fading() == 0 ? null : new Faded<>(spec.fading(), new RegressionSums());
    return new RegressionMetrics(spec, window, total, faded, allLabels, previousLabel);
  }

  private static int[] readIndexes(DataInput in) throws IOException {
    int size = VarLong.readSize(in);
    int[] indexes = new int[VarLong.firstRoom(size)];
    for (int i = 0; i < size; i++) {
      if (i == indexes.length) {
        indexes = Arrays.copyOf(indexes, VarLong.nextRoom(i, size));
      }
      indexes[i] = VarLong.readSize(in) - 1;
    }
    return indexes;
  }

  private static double[] readNumbers(DataInput in) throws IOException {
    int size = VarLong.readSize(in);
    double[] numbers = new double[VarLong.firstRoom(size)];
    for (int i = 0; i < size; i++) {
      if (i == numbers.length) {
        numbers = Arrays.copyOf(numbers, VarLong.nextRoom(i, size));
      }
      numbers[i] = in.readDouble();
    }
    return numbers;
  }

  private static ConfusionMatrix readMatrix(DataInput in) throws IOException {
    ConfusionMatrix matrix = new ConfusionMatrix();
    int classes = VarLong.readClasses(in);
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        matrix.add(a, p, (double) VarLong.read(in));
      }
    }
    return matrix;
  }

  private static ClassTally readTally(DataInput in) throws IOException {
    long examples = VarLong.read(in);
    return ClassTally.of(
        (double) examples, VarLong.readArray(in), VarLong.readArray(in), VarLong.readArray(in));
  }

  private static RunningMean readMean(DataInput in) throws IOException {
    return RunningMean.of((double) VarLong.read(in), in.readDouble());
  }

  private static MajorityClass readMajorityClass(DataInput in) throws IOException {
    double[] weights = Arrays.stream(VarLong.readArray(in)).asDoubleStream().toArray();
    return MajorityClass.of(weights, VarLong.readSize(in) - 1);
  }

  private static ErrorSums readErrors(DataInput in) throws IOException {
    return ErrorSums.of((double) VarLong.read(in), in.readDouble(), in.readDouble());
  }

  private static RunningMoments readMoments(DataInput in) throws IOException {
    return RunningMoments.of((double) VarLong.read(in), in.readDouble(), in.readDouble());
  }
}
