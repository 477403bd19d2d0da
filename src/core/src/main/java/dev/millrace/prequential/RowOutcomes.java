package dev.millrace.prequential;

import dev.millrace.data.Task;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.LabelSetScores;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.OutputsState.Output;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.prequential.labels.PendingSet;
import dev.millrace.prequential.rows.ScoreListener;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what the outputs of a key scored and learned with one record: mostly labels of the
 * record's own example; with delayed labels also those of examples that time out. Then the set of
 * labels of each example is scored, and the shared network learns all of its labels in one step.
 * Shared by all keys of a thread. Not thread-safe.
 */
final class RowOutcomes implements ScoreListener {
  private static final String NO_ID = "";

  /** The labels of one example. */
  private static final class Example {
    final float[] features;
    final float weight;
    int[] neurons = new int[4];
    double[] targets = new double[4];
    int count;
    // Numbers of outputs of two classes: with a label, actually positive, predicted to be.
    final BitSet labelled = new BitSet();
    final BitSet actual = new BitSet();
    BitSet predicted = new BitSet();

    Example(float[] features, float weight) {
      this.features = features;
      this.weight = weight;
    }

    void add(int neuron, double target) {
      if (count == neurons.length) {
        neurons = Arrays.copyOf(neurons, 2 * count);
        targets = Arrays.copyOf(targets, 2 * count);
      }
      neurons[count] = neuron;
      targets[count++] = target;
    }
  }

  private final Map<String, Example> examples = new LinkedHashMap<>();
  private final Workspace workspace;
  private @Nullable OutputsState state;
  private @Nullable Output output;
  private int number;

  RowOutcomes(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Begins a record of a key. */
  void begin(OutputsState newState) {
    state = newState;
    examples.clear();
  }

  /** Sets the output whose model learns next, and its number. */
  void next(Output newOutput, int newNumber) {
    output = newOutput;
    number = newNumber;
  }

  @Override
  public void scored(PrequentialModel model, RowBatch batch) {
    OutputsState outputs = Objects.requireNonNull(state, "no record was begun");
    Output from = Objects.requireNonNull(output, "no output was begun");
    float weight = batch.chunk.weight(batch.from);
    Example example =
        examples.computeIfAbsent(
            orNone(batch.chunk.id(batch.from)),
            unused -> new Example(withoutUnits(outputs, batch), weight));
    int[] neurons = outputs.neurons(from, model);
    if (model.task == Task.REGRESSION) {
      example.add(neurons[0], batch.learnedTargets[0]);
    } else if (model.task == Task.MULTICLASS) {
      for (int c = 0; c < neurons.length; c++) {
        example.add(neurons[c], c == batch.classes[0] ? 1 : 0);
      }
    } else {
      addLabel(example, neurons[0], ((ClassificationMetrics) model.metrics).positive(), batch);
    }
  }

  private void addLabel(Example example, int neuron, int positive, RowBatch batch) {
    if (positive < 0) {
      return; // one class is known
    }
    boolean isActual = batch.classes[0] == positive;
    example.add(neuron, isActual ? 1 : 0);
    example.labelled.set(number);
    example.actual.set(number, isActual);
    example.predicted.set(number, batch.predicted == positive);
  }

  private static float[] withoutUnits(OutputsState outputs, RowBatch batch) {
    float[] features = new float[outputs.shared.inputs()];
    outputs.shared.removeUnits(batch.features, outputs.unitsAt, features);
    return features;
  }

  private static String orNone(@Nullable String id) {
    return Objects.requireNonNullElse(id, NO_ID);
  }

  /**
   * Scores the sets of labels, and lets the shared network learn.
   *
   * @param ofRecord the set that was predicted of the record's own example; null if the record has
   *     no features, or no sets are predicted
   * @return the number of examples that had labels
   */
  int finish(@Nullable PendingSet ofRecord, @Nullable String id) {
    OutputsState outputs = Objects.requireNonNull(state, "no record was begun");
    for (Map.Entry<String, Example> each : examples.entrySet()) {
      Example example = each.getValue();
      if (outputs.sets != null) {
        boolean isOwn = ofRecord != null && each.getKey().equals(orNone(id));
        useSet(
            outputs.sets,
            example,
            isOwn
                ? ofRecord
                : outputs.sets.take(LabelJoin.joinId(each.getKey(), outputs.counters.epoch)));
      }
      score(outputs.scores, example);
      if (example.count > 0) {
        outputs.shared.learn(
            example.features,
            0,
            example.neurons,
            example.targets,
            example.count,
            example.weight,
            workspace);
      }
    }
    return examples.size();
  }

  /** Uses the set that was predicted, rather than each label by itself; null if it is not known. */
  private static void useSet(PredictedSets sets, Example example, @Nullable PendingSet set) {
    if (set != null) {
      sets.learn(set, example.actual, example.labelled, example.weight);
      example.predicted = set.predicted();
    }
  }

  private static void score(LabelSetScores scores, Example example) {
    int labels = example.labelled.cardinality();
    if (labels == 0) {
      return;
    }
    BitSet both = (BitSet) example.actual.clone();
    both.and(example.predicted);
    int hits = both.cardinality();
    BitSet predicted = (BitSet) example.predicted.clone();
    predicted.and(example.labelled);
    scores.add(
        hits,
        predicted.cardinality() - hits,
        example.actual.cardinality() - hits,
        labels,
        example.weight);
  }
}
