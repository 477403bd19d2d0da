package dev.millrace.bench.accuracy;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KebabCase;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.Task;
import dev.millrace.eval.LabelSetScores;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.AutoSpec.Tier;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures sets of labels, and what targets learn from each other. */
@Command(
    name = "outputs",
    description = {
      "Measures several outputs of a record, without Kafka and Flink.",
      "Learns sets of labels of a file, next to one logistic regression for each label, all in one"
          + " pass, each row predicted before it is learned; and a",
      "target with few labels, alone and with another that has the same cause."
    },
    footer = {"", "Example:", "  ./millrace bench outputs --input music.csv.gz --labels 6"})
public final class OutputsBenchCommand extends Benchmark {
  /** Header of the table, in Markdown. */
  static final List<String> HEADER =
      List.of(
          "| learner | Jaccard | Jaccard of samples | F1 | macro F1 | Hamming | exact |",
          "| --- | --- | --- | --- | --- | --- | --- |");

  private static final long MAX_BYTES = 1L << 30;
  private static final int WINDOW = 1_000;
  private static final int RARE_ROWS = 10_000;
  private static final int RARE = 20;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      required = true,
      description = "CSV(.gz) file of numbers with a header.")
  private Path input;

  @Option(
      names = "--labels",
      paramLabel = "N",
      required = true,
      description = "Its first columns, which are the labels: 1 if the row has it, else 0.")
  private int labels;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Initial weights; scores are means over them (default: ${DEFAULT-VALUE}).")
  private int seeds;

  /** Scores of sets, and the time that they took. */
  record Result(ScoreBlock scores, double seconds) {}

  @Override
  protected Measurement measure() throws IOException {
    require("--labels", labels, 1);
    require("--seeds", seeds, 1);
    Measurement result = new Measurement();
    LabelRows rows = LabelRows.read(input, labels);
    result.print("%s", String.join(System.lineSeparator(), HEADER));
    add(result, "binary relevance", List.of(binaryRelevance(rows)), rows);
    for (Tier tier : Tier.values()) {
      List<Result> results = new ArrayList<>();
      for (int seed = 1; seed <= seeds; seed++) {
        results.add(sets(rows, tier, seed));
      }
      add(result, KebabCase.of(tier), results, rows);
    }
    double alone = 0;
    double together = 0;
    for (int seed = 1; seed <= seeds; seed++) {
      alone += rareError(seed, false) / seeds;
      together += rareError(seed, true) / seeds;
    }
    result.putObject("rare_target_mae").put("alone", alone).put("together", together);
    return result.print(
        "%n%nA target with a label in every %dth of %,d rows, MAE of the last %,d labels: alone"
            + " %.3f, with a target of all rows %.3f",
        RARE, RARE_ROWS, RARE_ROWS / RARE / 2, alone, together);
  }

  private static void add(Measurement to, String learner, List<Result> results, LabelRows rows) {
    int count = rows.sets().size();
    double[] means = new double[7];
    for (Result one : results) {
      ScoreBlock scores = one.scores();
      double[] each = {
        scores.get(Score.JACCARD),
        scores.get(Score.JACCARD_SAMPLES),
        scores.get(Score.SET_F1),
        scores.get(Score.SET_MACRO_F1),
        scores.get(Score.HAMMING_LOSS),
        scores.get(Score.EXACT_MATCH),
        count / one.seconds()
      };
      Arrays.setAll(means, i -> means[i] + each[i] / results.size());
    }
    to.putObject(learner).put("jaccard", means[0]).put("rows_per_s", means[6]);
    to.print(
        "%n| %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |",
        learner, means[0], means[1], means[2], means[3], means[4], means[5]);
  }

  private static Result binaryRelevance(LabelRows rows) {
    int labels = rows.names().size();
    BinaryRelevance learner = new BinaryRelevance(rows.features().get(0).length, labels);
    LabelSetScores scores = new LabelSetScores(WINDOW);
    int[][] labelCounts = new int[labels][2];
    long start = System.nanoTime();
    for (int row = 0; row < rows.sets().size(); row++) {
      boolean[] set = rows.sets().get(row);
      boolean[] predicted = learner.learn(rows.features().get(row), set);
      int[] counts = new int[3];
      for (int k = 0; k < labels; k++) {
        counts[0] += predicted[k] && set[k] ? 1 : 0;
        counts[1] += predicted[k] && !set[k] ? 1 : 0;
        counts[2] += set[k] && !predicted[k] ? 1 : 0;
        labelCounts[k][0] += predicted[k] && set[k] ? 2 : 0;
        labelCounts[k][1] += (predicted[k] ? 1 : 0) + (set[k] ? 1 : 0);
      }
      scores.add(counts[0], counts[1], counts[2], labels, 1);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double macro =
        Arrays.stream(labelCounts).mapToDouble(one -> (double) one[0] / one[1]).average().orElse(0);
    return new Result(scores.total(macro), seconds);
  }

  /** Predicts and learns the sets of all rows. */
  static Result sets(LabelRows rows, Tier tier, int seed) throws IOException {
    InputSpec sets =
        InputSpec.DEFAULT.with(
            to -> {
              to.task = Task.MULTILABEL;
              to.classes = rows.names(); // as the regressions know them
            });
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < rows.sets().size(); row++) {
      List<String> names = new ArrayList<>();
      for (int k = 0; k < rows.names().size(); k++) {
        if (rows.sets().get(row)[k]) {
          names.add(rows.names().get(k));
        }
      }
      examples.add(example(rows.features().get(row), OutputLabels.ofSet(names)));
    }
    long start = System.nanoTime();
    OutputScores scores = learn(sets, tier, seed, examples);
    return new Result(scores.total(), (System.nanoTime() - start) / 1e9);
  }

  /**
   * Returns the mean absolute error of a target that few rows have a label of.
   *
   * @param isTogether true if another target that all rows have is learned too
   */
  static double rareError(int seed, boolean isTogether) throws IOException {
    TargetSpec rare = new TargetSpec("rare", Task.REGRESSION);
    TargetSpec often = new TargetSpec("often", Task.REGRESSION);
    InputSpec targets =
        InputSpec.DEFAULT.with(
            to -> to.targets = isTogether ? List.of(rare, often) : List.of(rare));
    SplittableRandom random = new SplittableRandom(seed);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < RARE_ROWS; i++) {
      float[] features = new float[6];
      for (int f = 0; f < features.length; f++) {
        features[f] = (float) random.nextDouble(-1, 1);
      }
      double cause = 0;
      for (int f = 0; f < 3; f++) {
        cause += features[f] * features[f + 3];
      }
      @Nullable Label rareLabel =
          i % RARE == 0 ? Label.of(5 - 2 * cause + 0.1 * random.nextGaussian()) : null;
      Label frequentLabel = Label.of(cause + 0.1 * random.nextGaussian());
      examples.add(
          example(
              features,
              OutputLabels.ofTargets(
                  isTogether
                      ? Arrays.asList(rareLabel, frequentLabel)
                      : Arrays.asList(rareLabel))));
    }
    OutputScores scores = learn(targets, Tier.BALANCED, seed, examples);
    return ((RegressionScores) scores.outputs().get(0).scores()).window().get(Score.MAE);
  }

  private static Example example(float[] features, String label) {
    Example example = new Example();
    example.key = "all";
    example.weight = 1;
    example.resize(features.length);
    System.arraycopy(features, 0, example.features, 0, features.length);
    example.label = label;
    return example;
  }

  private static OutputScores learn(InputSpec input, Tier tier, int seed, List<Example> examples)
      throws IOException {
    ModelSpec model = ModelSpec.auto(seed, AutoSpec.of(tier), ClassWeights.NONE);
    TrainSpec spec =
        TrainSpec.of("bench", "", input, model)
            .with(
                to ->
                    to.metrics =
                        to.metrics.with(
                            metrics -> {
                              metrics.window = RARE_ROWS / RARE / 2;
                              metrics.every = examples.size();
                              metrics.thresholdMetric = MetricsSpec.Decision.F1;
                            }));
    PrequentialEngine engine = new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
    LastReport last = new LastReport();
    @Nullable TrainState state = null;
    Chunk chunk = new Chunk();
    for (Example example : examples) {
      chunk.clear();
      chunk.add(example);
      state = engine.learn(state, chunk, last);
    }
    engine.report(Objects.requireNonNull(state), "all", last);
    return Objects.requireNonNull(last.scores);
  }

  /** Keeps the scores of all outputs. */
  private static final class LastReport implements EngineListener {
    private @Nullable OutputScores scores;

    @Override
    public void report(MetricsReport report, long timestamp, long drifts, boolean isSuspected) {
      if (report.scores() instanceof OutputScores all) {
        scores = all;
      }
    }

    @Override
    public void rejected(DeadLetter letter) {
      throw new IllegalArgumentException(letter.message());
    }

    @Override
    public void warning(String key, String message) {
      throw new IllegalStateException(message);
    }
  }
}
