package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftDetector;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * The drift detector of one key, and what it needs to act: until when the learning rate is boosted,
 * or the model that would take over. Not thread-safe.
 */
final class DriftMonitor {

  private final DriftPolicy policy;
  private final DriftDetector detector;
  private DriftSignal last = DriftSignal.NONE;
  private long drifts;
  private long boostedUntil;
  // Learns beside the model from a warning on, if one is to take over; else null.
  private OnlineModel challenger;

  DriftMonitor(DriftPolicy policy) {
    this(policy, policy.detector().start());
  }

  private DriftMonitor(DriftPolicy policy, DriftDetector detector) {
    this.policy = policy;
    this.detector = detector;
  }

  private DriftMonitor(DriftMonitor other) {
    policy = other.policy;
    detector = other.detector.copy();
    last = other.last;
    drifts = other.drifts;
    boostedUntil = other.boostedUntil;
    challenger = other.challenger == null ? null : other.challenger.copy();
  }

  /** Returns the number of drifts so far. */
  long drifts() {
    return drifts;
  }

  /** Returns true if the detector suspects a drift now. */
  boolean isWarned() {
    return last == DriftSignal.WARNING;
  }

  /** Adds a class to the challenger, if there is one. */
  void addClass() {
    if (challenger != null) {
      challenger.addClass();
    }
  }

  /** Lets a challenger, if there is one, learn the single row that the model has just learned. */
  void learnClass(RowBatch batch, int classIndex, float weight) {
    if (challenger != null) {
      challenger.use(batch.workspace);
      float[] scores = batch.unpublished(challenger.outputs());
      challenger.learnClass(batch.features, 0, classIndex, weight, scores);
    }
  }

  /** Lets a challenger, if there is one, learn the single row that the model has just learned. */
  void learnValue(RowBatch batch, double target, float weight) {
    if (challenger != null) {
      challenger.use(batch.workspace);
      float[] scores = batch.unpublished(challenger.outputs());
      challenger.learnValue(batch.features, 0, target, weight, scores);
    }
  }

  /**
   * Takes the number of one more example.
   *
   * @return what is new: a drift, a warning that was none before, or nothing
   */
  DriftSignal update(double value) {
    DriftSignal before = last;
    last = detector.update(value);
    if (last == DriftSignal.DRIFT) {
      drifts++;
      return last;
    }
    return last == before ? DriftSignal.NONE : last;
  }

  /** Returns true if {@link #act} has something to do. */
  boolean isAlert() {
    return last != DriftSignal.NONE || challenger != null;
  }

  /**
   * Acts after what {@link #update} returned.
   *
   * @param fresh makes a model of the same kind that has learned nothing
   * @return the model to go on with
   */
  OnlineModel act(OnlineModel model, Supplier<OnlineModel> fresh) {
    boolean drift = last == DriftSignal.DRIFT;
    if (model instanceof ChampionChallenger selection) {
      if (drift) {
        act(selection);
      }
      return selection;
    }
    switch (policy.action()) {
      case EVENT -> {}
      case BOOST_LEARNING_RATE -> {
        if (drift && model instanceof Learner network) {
          boostedUntil = model.steps() + policy.boostSteps();
          network.boostLearningRate(policy.boost(), boostedUntil);
        }
      }
      case RESET_HEAD -> {
        if (drift && model instanceof Learner network) {
          network.resetOutputLayer();
        }
      }
      case RESET -> {
        return drift ? fresh.get() : model;
      }
      case SWAP_IN_CHALLENGER -> {
        return challenge(model, fresh);
      }
    }
    return model;
  }

  /** Several models: one of them takes over, or all start afresh. */
  private void act(ChampionChallenger selection) {
    if (policy.action() == DriftPolicy.Action.SWAP_IN_CHALLENGER) {
      selection.promoteBest();
    } else if (policy.action() == DriftPolicy.Action.RESET) {
      selection.reset();
    }
  }

  private OnlineModel challenge(OnlineModel model, Supplier<OnlineModel> fresh) {
    OnlineModel next = model;
    switch (last) {
      case WARNING -> {
        if (challenger == null) {
          challenger = fresh.get();
        }
      }
      case DRIFT -> {
        next = challenger == null ? fresh.get() : challenger;
        challenger = null;
      }
      case NONE -> challenger = null; // a false alarm
    }
    return next;
  }

  /** Makes a challenger as large as the settings say. */
  void expand(TrainSpec spec, Task task, Workspace workspace) throws ModelMismatchException {
    if (challenger != null) {
      challenger = StateExpansion.expanded(challenger, spec, task, workspace);
    }
  }

  /** Applies a boosted learning rate to a model that was just read. */
  void resume(OnlineModel model) {
    if (boostedUntil > 0 && model instanceof Learner network) {
      network.boostLearningRate(policy.boost(), boostedUntil);
    }
  }

  long memoryBytes() {
    return detector.memoryBytes() + (challenger == null ? 0 : challenger.memoryBytes());
  }

  DriftMonitor copy() {
    return new DriftMonitor(this);
  }

  /** Writes a watch, or that there is none. */
  static void write(DriftMonitor watch, DataOutput out) throws IOException {
    out.writeBoolean(watch != null);
    if (watch != null) {
      watch.write(out);
    }
  }

  private void write(DataOutput out) throws IOException {
    out.writeUTF(policy.name());
    out.writeLong(drifts);
    out.writeByte(last.ordinal());
    out.writeLong(boostedUntil);
    out.writeBoolean(challenger != null);
    if (challenger != null) {
      challenger.write(out);
    }
    DriftDetector.write(detector, out);
  }

  /**
   * Reads what {@link #write(DriftMonitor, DataOutput)} wrote; of another detector than the
   * policy's only the count of drifts is kept.
   *
   * @return null without a policy
   */
  static DriftMonitor read(
      BoundedDataInput in, DriftPolicy policy, ModelSpec model, Task task, Workspace workspace)
      throws IOException {
    if (!in.readBoolean()) {
      return policy == null ? null : new DriftMonitor(policy);
    }
    String name = in.readUTF();
    boolean same = policy != null && name.equals(policy.name());
    long drifts = in.readLong();
    DriftSignal[] signals = DriftSignal.values();
    int last = (int) SizeChecks.require("drift signal", in.readByte(), 0, signals.length - 1);
    long boostedUntil = in.readLong();
    OnlineModel challenger = in.readBoolean() ? Models.read(in, model, task, workspace) : null;
    // Read even if it is of no use, for other state follows.
    DriftDetector detector =
        DriftDetector.read(in, same ? policy.detector() : DriftSpec.ofName(name));
    if (policy == null) {
      return null;
    }
    DriftMonitor watch = new DriftMonitor(policy, same ? detector : policy.detector().start());
    watch.drifts = drifts;
    if (same) {
      watch.last = signals[last];
      watch.challenger =
          policy.action() == DriftPolicy.Action.SWAP_IN_CHALLENGER ? challenger : null;
    }
    if (policy.action() == DriftPolicy.Action.BOOST_LEARNING_RATE) {
      watch.boostedUntil = boostedUntil;
    }
    return watch;
  }
}
