package dev.millrace.nn.selection;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.ModelEvent.ChampionChanged;
import dev.millrace.data.ModelEvent.Reason;
import dev.millrace.data.Task;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.ModelHeader;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.SelectionSpec.NamedModel;
import dev.millrace.nn.Workspace;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Several models that learn the same examples: the champion answers, and a challenger that does
 * better takes its place.
 *
 * <p>Who is champion changes no model. So the state after any example is a function of the examples
 * and of the calls of {@link #promote}, {@link #swapIn} and {@link #reset} between them. Not
 * thread-safe.
 */
public final class ChampionChallenger extends PerExampleModel {

  private final SelectionSpec spec;
  private final Task task;
  private final long keySeed;
  private final ModelFactory maker;
  private final CandidateScores board;
  private List<String> notes = List.of();
  // Null in a copy that nobody has used yet.
  private Workspace workspace;
  private SelectionScratch scratch;

  ChampionChallenger(
      SelectionSpec spec, Task task, long keySeed, ModelFactory maker, CandidateScores board) {
    this.spec = spec;
    this.task = task;
    this.keySeed = keySeed;
    this.maker = maker;
    this.board = board;
  }

  /**
   * Models that have learned nothing.
   *
   * @param classes known now, ignored for regression
   * @param keySeed makes the initial weights differ from those of other keys
   */
  public static ChampionChallenger create(
      SelectionSpec spec, Task task, int inputs, int classes, long keySeed, ModelFactory maker) {
    List<NamedModel> entrants = spec.models();
    Candidate[] contenders = new Candidate[entrants.size()];
    for (int i = 0; i < contenders.length; i++) {
      NamedModel entrant = entrants.get(i);
      OnlineModel model = maker.create(entrant.model(), task, inputs, classes, keySeed);
      contenders[i] = Candidate.begin(entrant, model);
    }
    PromotionRule referee = new PromotionRule(spec.promotion());
    CandidateScores board = new CandidateScores(contenders, referee, spec.champion());
    return new ChampionChallenger(spec, task, keySeed, maker, board);
  }

  /**
   * Reads what {@link #write} wrote; of one model alone, that becomes the champion.
   *
   * @throws ModelMismatchException if a model is of another kind than its name stands for, or the
   *     champion has gone, naming both
   * @throws IOException if the bytes are of a newer version
   */
  public static ChampionChallenger read(
      BoundedDataInput in, SelectionSpec spec, Task task, Workspace shared, ModelFactory maker)
      throws IOException {
    Indicators stored = ChampionChallengerReader.peek(in).indicators();
    Indicators indicators = spec.indicators().orElse(stored);
    return new ChampionChallengerReader(spec.withIndicators(indicators), task, shared, maker)
        .read(in);
  }

  /** Returns true if models that {@link #write} wrote follow; reads nothing. */
  public static boolean isNext(BoundedDataInput in) throws IOException {
    return ChampionChallengerReader.isNext(in);
  }

  /**
   * Reads the one of the models that {@link #write} wrote which goes on alone: the champion if it
   * is of the kind that is configured now, else the first model that is.
   *
   * @throws ModelMismatchException if none is, naming the champion's kind and the configured one
   * @throws IOException if the bytes are of a newer version
   */
  public static OnlineModel readOne(
      BoundedDataInput in, ModelSpec one, Task task, Workspace shared, ModelFactory maker)
      throws IOException {
    return ChampionChallengerReader.readOne(in, one, task, shared, maker);
  }

  /** Name of the model that answers. */
  public String champion() {
    return board.contenders[board.champion()].name();
  }

  /** A model by its name, or null. */
  public OnlineModel model(String name) {
    int place = board.index(name);
    return place < 0 ? null : board.contenders[place].model;
  }

  /** Names of all models in the order of the settings. */
  public String names() {
    return spec.names();
  }

  /**
   * Makes a model champion because somebody says so.
   *
   * @return whether it was not champion before
   * @throws IllegalArgumentException if there is none of that name
   */
  public boolean promote(String name) {
    int place = board.index(name);
    if (place < 0) {
      throw new IllegalArgumentException("there is no model \"" + name + "\" here");
    }
    if (place == board.champion()) {
      return false;
    }
    board.crown(place, Reason.COMMAND);
    return true;
  }

  /** Makes the challenger that did best of late champion; the old champion starts afresh. */
  public void swapIn() {
    int old = board.champion();
    board.crown(board.bestChallenger(), Reason.DRIFT);
    restart(old);
  }

  /** Lets all models start afresh; the champion stays. */
  public void reset() {
    for (int i = 0; i < board.contenders.length; i++) {
      restart(i);
    }
  }

  private void restart(int place) {
    NamedModel entrant = board.contenders[place].entrant;
    OnlineModel fresh = maker.create(entrant.model(), task, inputs(), classes(), keySeed);
    if (workspace != null) {
      fresh.use(workspace);
    }
    board.contenders[place] = Candidate.begin(entrant, fresh);
  }

  /** The change of the champion that nobody was told of yet, or null. */
  public ChampionChanged takeChange() {
    return board.takeChange();
  }

  /** What became of stored models that the settings say something else of; empty the next time. */
  public List<String> takeNotes() {
    List<String> taken = notes;
    notes = List.of();
    return taken;
  }

  void note(List<String> whatBecameOfModels) {
    notes = List.copyOf(whatBecameOfModels);
  }

  /** Makes a stored model as large as its settings say. */
  public interface Grower {
    /**
     * Gives the model in its new size.
     *
     * @throws ModelMismatchException if it does not grow into that
     */
    OnlineModel grow(OnlineModel model, ModelSpec spec) throws ModelMismatchException;
  }

  /** Makes the models larger, for so many features. */
  public void grow(int inputs, Grower grower) throws ModelMismatchException {
    int classes = classes();
    for (int i = 0; i < board.contenders.length; i++) {
      Candidate one = board.contenders[i];
      ModelSpec own = one.entrant.model();
      try {
        OnlineModel grown =
            one.model.examples() == 0
                ? maker.create(own, task, inputs, classes, keySeed)
                : grower.grow(one.model, own);
        board.contenders[i] = one.with(grown);
      } catch (ModelMismatchException e) {
        throw new ModelMismatchException("model \"" + one.name() + "\": " + e.getMessage());
      }
    }
    workspace = null; // what has grown may have one of its own
    scratch = null;
  }

  @Override
  public Indicators indicators() {
    return board.answering().indicators();
  }

  @Override
  public int inputs() {
    return board.answering().inputs();
  }

  @Override
  public int outputs() {
    return board.answering().outputs();
  }

  @Override
  public int classes() {
    return board.answering().classes();
  }

  /** Those of the champion. */
  @Override
  public long steps() {
    return board.answering().steps();
  }

  /** Examples of the key; a model that came later has learned from fewer. */
  @Override
  public long examples() {
    return board.examples();
  }

  /** Those of all models. */
  @Override
  public long skippedSteps() {
    long skipped = 0;
    for (Candidate one : board.contenders) {
      skipped += one.model.skippedSteps();
    }
    return skipped;
  }

  /** Those of all models. */
  @Override
  public long clippedSteps() {
    long clipped = 0;
    for (Candidate one : board.contenders) {
      clipped += one.model.clippedSteps();
    }
    return clipped;
  }

  /** Those of all models. */
  @Override
  public long rollbacks() {
    long rollbacks = 0;
    for (Candidate one : board.contenders) {
      rollbacks += one.model.rollbacks();
    }
    return rollbacks;
  }

  @Override
  public long keySeed() {
    return keySeed;
  }

  /** That of the champion. */
  @Override
  public float learningRate() {
    return board.answering().learningRate();
  }

  /** Those of the champion. */
  @Override
  public MetricsReport.Members members() {
    return board.answering().members();
  }

  @Override
  public List<MetricsReport.CandidateReport> candidates() {
    return board.report(task.isClassification());
  }

  @Override
  public void use(Workspace shared) {
    if (shared != workspace) {
      workspace = shared;
      scratch = shared.shared(SelectionScratch.class, SelectionScratch::new);
      for (Candidate one : board.contenders) {
        one.model.use(shared);
      }
    }
  }

  private void needScratch() {
    if (scratch == null) {
      use(new Workspace());
    }
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    needScratch();
    board.answering().predict(features, offset, out);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    needScratch();
    board.answering().predictNext(features, offset, out);
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int classIndex, float weight, float[] out, int outOffset) {
    needScratch();
    Candidate[] contenders = board.contenders;
    int classes = classes();
    float[] said = scratch.prediction(classes);
    float loss = 0f;
    for (int i = 0; i < contenders.length; i++) {
      float own = contenders[i].model.learnClass(features, offset, classIndex, weight, said);
      scratch.losses[i] = PromotionRule.logLoss(said[classIndex]);
      scratch.hits[i] = PromotionRule.isPredicted(said, classes, classIndex);
      if (i == board.champion()) {
        System.arraycopy(said, 0, out, outOffset, classes);
        loss = own;
      }
    }
    board.take(scratch, weight, PromotionRule.MAX_LOG_LOSS);
    return loss;
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double target, float weight, float[] out, int outOffset) {
    needScratch();
    Candidate[] contenders = board.contenders;
    float[] said = scratch.prediction(PredictedValue.FLOATS);
    float loss = 0f;
    for (int i = 0; i < contenders.length; i++) {
      boolean hasLearned = contenders[i].model.examples() > 0;
      float own = contenders[i].model.learnValue(features, offset, target, weight, said);
      scratch.losses[i] = PromotionRule.error(PredictedValue.read(said, 0), target, hasLearned);
      scratch.hits[i] = false;
      if (i == board.champion()) {
        System.arraycopy(said, 0, out, outOffset, PredictedValue.FLOATS);
        loss = own;
      }
    }
    board.take(scratch, weight, PromotionRule.MAX_ERROR * board.championsLoss());
    return loss;
  }

  @Override
  public void addClass() {
    for (Candidate one : board.contenders) {
      one.model.addClass();
    }
  }

  @Override
  public long memoryBytes() {
    long bytes = 0;
    for (Candidate one : board.contenders) {
      bytes += one.model.memoryBytes() + Candidate.MEMORY_BYTES;
    }
    return bytes;
  }

  @Override
  public ChampionChallenger copy() {
    ChampionChallenger copy = new ChampionChallenger(spec, task, keySeed, maker, board.copy());
    copy.notes = notes;
    return copy;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    String shape = ChampionChallengerReader.shape(task, champion(), names());
    new ModelHeader(shape, inputs(), classes(), indicators()).write(out);
    out.writeInt(ChampionChallengerReader.VERSION);
    out.writeLong(keySeed);
    board.write(out);
    out.writeLong(examples());
    out.writeLong(steps());
    out.writeLong(skippedSteps());
    out.writeLong(clippedSteps());
    out.writeLong(rollbacks());
  }
}
