package dev.millrace.nn.selection;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.RowVariants;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Reason;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several models that learn the same examples: the champion answers, and a challenger that is
 * better becomes champion.
 *
 * <p>No model depends on which is champion. So the state after any example is a function of the
 * examples and of the calls of {@link #promote}, {@link #promoteBest} and {@link #reset} between
 * them. Not thread-safe.
 */
public final class ChampionChallenger extends PerExampleModel {

  /** Version of a stored selection. */
  static final int VERSION = 1;

  /** Comes before the champion's name in what a stored selection is called. */
  static final String CHAMPION = ", champion ";

  /** Marks the memory of a model that made no prediction. */
  private static final float NO_PREDICTION = -1;

  private final SelectionSpec spec;
  private final Task task;
  private final long keySeed;
  private final ModelFactory factory;
  private final CandidateScores scores;
  private List<String> notes = List.of();
  // Null in an unused copy.
  private @Nullable Workspace workspace;
  private @Nullable SelectionScratch scratch;
  // Memory of the next example from when its features came; null if they come with the label.
  private float @Nullable [] recalled;
  private int recalledAt;

  ChampionChallenger(
      SelectionSpec spec, Task task, long keySeed, ModelFactory factory, CandidateScores scores) {
    this.spec = spec;
    this.task = task;
    this.keySeed = keySeed;
    this.factory = factory;
    this.scores = scores;
  }

  /**
   * Creates models that have learned nothing.
   *
   * @param classes known now, ignored for regression
   * @param keySeed makes the initial weights differ from those of other keys
   */
  public static ChampionChallenger create(
      SelectionSpec spec, Task task, int inputs, int classes, long keySeed, ModelFactory factory) {
    List<NamedModel> models = spec.models();
    Candidate[] candidates = new Candidate[models.size()];
    for (int i = 0; i < candidates.length; i++) {
      NamedModel named = models.get(i);
      OnlineModel model = factory.create(named.model(), task, inputs, classes, keySeed);
      candidates[i] = Candidate.unscored(named, model);
    }
    PromotionRule rule = new PromotionRule(spec.promotion());
    CandidateScores scores = new CandidateScores(candidates, rule, spec.champion());
    return new ChampionChallenger(spec, task, keySeed, factory, scores);
  }

  /** Returns the name of the model that answers. */
  public String champion() {
    return scores.candidates[scores.champion()].name();
  }

  /** Returns a model by its name, or null. */
  public @Nullable OnlineModel model(String name) {
    int index = scores.index(name);
    return index < 0 ? null : scores.candidates[index].model;
  }

  /** Returns the names of all models in the order of the settings. */
  public String names() {
    return spec.names();
  }

  /**
   * Makes a model champion on command.
   *
   * @return false if it was champion before
   * @throws IllegalArgumentException if no model has that name
   */
  public boolean promote(String name) {
    int index = scores.index(name);
    if (index < 0) {
      throw new IllegalArgumentException("there is no model \"" + name + "\" here");
    }
    if (index == scores.champion()) {
      return false;
    }
    scores.promote(index, Reason.COMMAND);
    return true;
  }

  /** Makes the best challenger champion; the old champion starts again from new weights. */
  public void promoteBest() {
    int old = scores.champion();
    scores.promote(scores.bestChallenger(), Reason.DRIFT);
    restart(old);
  }

  /** Starts all models again from new weights; the champion stays. */
  public void reset() {
    for (int i = 0; i < scores.candidates.length; i++) {
      restart(i);
    }
  }

  private void restart(int index) {
    NamedModel named = scores.candidates[index].named;
    OnlineModel restarted = factory.create(named.model(), task, inputs(), classes(), keySeed);
    if (workspace != null) {
      restarted.use(workspace);
    }
    scores.candidates[index] = Candidate.unscored(named, restarted);
  }

  /** Returns the change of champion that was not reported yet, once; null if there is none. */
  public @Nullable ChampionChanged pollChange() {
    return scores.pollChange();
  }

  /** Returns how stored models were changed to match the settings, once. */
  public List<String> pollNotes() {
    List<String> unreported = notes;
    notes = List.of();
    return unreported;
  }

  void setNotes(List<String> changes) {
    notes = List.copyOf(changes);
  }

  /** Grows a stored model to the size in its settings. */
  public interface Grower {
    /**
     * Returns the model in its new size.
     *
     * @throws ModelMismatchException if it cannot grow to that
     */
    OnlineModel grow(OnlineModel model, ModelSpec spec) throws ModelMismatchException;
  }

  /** Grows the models to a number of features. */
  public void grow(int inputs, Grower grower) throws ModelMismatchException {
    int classes = classes();
    for (int i = 0; i < scores.candidates.length; i++) {
      Candidate one = scores.candidates[i];
      ModelSpec modelSpec = one.named.model();
      try {
        OnlineModel grown =
            one.model.examples() == 0
                ? factory.create(modelSpec, task, inputs, classes, keySeed)
                : grower.grow(one.model, modelSpec);
        scores.candidates[i] = one.with(grown);
      } catch (ModelMismatchException e) {
        throw new ModelMismatchException("model \"" + one.name() + "\": " + e.getMessage());
      }
    }
    workspace = null; // a model that has grown may have its own
    scratch = null;
  }

  @Override
  public Indicators indicators() {
    return scores.championModel().indicators();
  }

  @Override
  public int inputs() {
    return scores.championModel().inputs();
  }

  @Override
  public int outputs() {
    return scores.championModel().outputs();
  }

  @Override
  public int classes() {
    return scores.championModel().classes();
  }

  /** Updates of the champion. */
  @Override
  public long steps() {
    return scores.championModel().steps();
  }

  /** Examples of the key; a model that came later has learned from fewer. */
  @Override
  public long examples() {
    return scores.examples();
  }

  /** Skipped updates of all models. */
  @Override
  public long skippedSteps() {
    long skipped = 0;
    for (Candidate one : scores.candidates) {
      skipped += one.model.skippedSteps();
    }
    return skipped;
  }

  /** Clipped updates of all models. */
  @Override
  public long clippedSteps() {
    long clipped = 0;
    for (Candidate one : scores.candidates) {
      clipped += one.model.clippedSteps();
    }
    return clipped;
  }

  /** Rollbacks of all models. */
  @Override
  public long rollbacks() {
    long rollbacks = 0;
    for (Candidate one : scores.candidates) {
      rollbacks += one.model.rollbacks();
    }
    return rollbacks;
  }

  @Override
  public long keySeed() {
    return keySeed;
  }

  /** Learning rate of the champion. */
  @Override
  public float learningRate() {
    return scores.championModel().learningRate();
  }

  /** Members of the champion. */
  @Override
  public MetricsReport.@Nullable Members members() {
    return scores.championModel().members();
  }

  @Override
  public List<MetricsReport.CandidateReport> candidates() {
    return scores.report(task.isClassification());
  }

  @Override
  public void use(Workspace shared) {
    if (shared != workspace) {
      share(shared);
    }
  }

  private SelectionScratch share(Workspace shared) {
    workspace = shared;
    SelectionScratch created = shared.shared(SelectionScratch.class, SelectionScratch::new);
    scratch = created;
    for (Candidate one : scores.candidates) {
      one.model.use(shared);
    }
    return created;
  }

  /** Returns the scratch of the workspace in use, or of a new one if there is none. */
  private SelectionScratch scratch() {
    return scratch != null ? scratch : share(new Workspace());
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    scratch();
    scores.championModel().predict(features, offset, out);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    scratch();
    scores.championModel().predictNext(features, offset, out);
  }

  /** Returns the number of floats of each model's start, prediction and memory. */
  @Override
  public int remembered() {
    int floats = 0;
    for (Candidate one : scores.candidates) {
      floats += remembered(one);
    }
    return floats;
  }

  private int remembered(Candidate one) {
    return 1 + outputs() + one.model.remembered();
  }

  /** Predicts by all models, which are compared by that when the label comes. */
  @Override
  public void predictPending(float[] features, int offset, float[] out, float[] memory, int at) {
    SelectionScratch buffers = scratch();
    int outputs = outputs();
    float[] prediction = buffers.prediction(outputs);
    int to = at;
    for (Candidate one : scores.candidates) {
      one.model.predictPending(features, offset, prediction, memory, to + 1 + outputs);
      // Before its first value a model predicts none.
      boolean isPrediction = task.isClassification() || one.model.examples() > 0;
      memory[to] = isPrediction ? scores.start(one) : NO_PREDICTION;
      System.arraycopy(prediction, 0, memory, to + 1, outputs);
      if (one.model == scores.championModel()) {
        System.arraycopy(prediction, 0, out, 0, outputs);
      }
      to += remembered(one);
    }
  }

  @Override
  public void recall(float[] memory, int at) {
    recalled = memory;
    recalledAt = at;
  }

  /**
   * Lets a model recall its prediction from when the features of the example came.
   *
   * @param at where its memory begins
   * @param prediction receives what it predicted
   * @return false if it did not predict them
   */
  private boolean recall(Candidate one, float[] memory, int at, float[] prediction) {
    if (memory[at] != scores.start(one)) {
      return false;
    }
    int outputs = outputs();
    System.arraycopy(memory, at + 1, prediction, 0, outputs);
    one.model.recall(memory, at + 1 + outputs);
    return true;
  }

  @Override
  public void predictVariants(
      float[] features, int offset, int count, RowVariants variants, float[] out) {
    scratch();
    scores.championModel().predictVariants(features, offset, count, variants, out);
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int classIndex, float weight, float[] out, int outOffset) {
    SelectionScratch buffers = scratch();
    Candidate[] candidates = scores.candidates;
    int classes = classes();
    float[] prediction = buffers.prediction(classes);
    float[] earlier = buffers.earlier(classes);
    float[] memory = recalled;
    int at = recalledAt;
    float loss = 0f;
    for (int i = 0; i < candidates.length; i++) {
      Candidate one = candidates[i];
      boolean isCompared = memory == null || recall(one, memory, at, earlier);
      at += remembered(one);
      float modelLoss = one.model.learnClass(features, offset, classIndex, weight, prediction);
      float[] compared = memory == null ? prediction : earlier;
      buffers.losses[i] =
          isCompared ? PromotionRule.negativeLogLikelihood(compared[classIndex]) : Double.NaN;
      buffers.hits[i] = isCompared && PromotionRule.isPredicted(compared, classes, classIndex);
      if (i == scores.champion()) {
        System.arraycopy(prediction, 0, out, outOffset, classes);
        loss = modelLoss;
      }
    }
    recalled = null;
    scores.update(buffers, weight, PromotionRule.MAX_LOG_LOSS);
    return loss;
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double target, float weight, float[] out, int outOffset) {
    SelectionScratch buffers = scratch();
    Candidate[] candidates = scores.candidates;
    float[] prediction = buffers.prediction(PredictedValue.FLOATS);
    float[] earlier = buffers.earlier(PredictedValue.FLOATS);
    float[] memory = recalled;
    int at = recalledAt;
    float loss = 0f;
    for (int i = 0; i < candidates.length; i++) {
      Candidate one = candidates[i];
      boolean isCompared = memory == null || recall(one, memory, at, earlier);
      at += remembered(one);
      boolean hasLearned = memory != null || one.model.examples() > 0;
      float modelLoss = one.model.learnValue(features, offset, target, weight, prediction);
      double value = PredictedValue.read(memory == null ? prediction : earlier, 0);
      buffers.losses[i] = isCompared ? PromotionRule.error(value, target, hasLearned) : Double.NaN;
      buffers.hits[i] = false;
      if (i == scores.champion()) {
        System.arraycopy(prediction, 0, out, outOffset, PredictedValue.FLOATS);
        loss = modelLoss;
      }
    }
    recalled = null;
    scores.update(buffers, weight, PromotionRule.MAX_ERROR * scores.championsLoss());
    return loss;
  }

  @Override
  public void addClass() {
    for (Candidate one : scores.candidates) {
      one.model.addClass();
    }
  }

  @Override
  public long memoryBytes() {
    long bytes = 0;
    for (Candidate one : scores.candidates) {
      bytes += one.model.memoryBytes() + Candidate.MEMORY_BYTES;
    }
    return bytes;
  }

  @Override
  public List<PagedPart> pagedParts() {
    return Arrays.stream(scores.candidates)
        .flatMap(one -> one.model.pagedParts().stream())
        .toList();
  }

  @Override
  public ChampionChallenger copy() {
    ChampionChallenger copy = new ChampionChallenger(spec, task, keySeed, factory, scores.copy());
    copy.notes = notes;
    return copy;
  }

  /** Writes what {@link ChampionChallengerReader#read} reads. */
  @Override
  public void write(DataOutput out) throws IOException {
    String shape = task.id() + CHAMPION + champion() + " of " + names();
    new ModelHeader(shape, inputs(), classes(), indicators()).write(out);
    out.writeInt(VERSION);
    out.writeLong(keySeed);
    scores.write(out);
  }
}
