package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.Counts;
import dev.millrace.data.StoredBytes;
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
import dev.millrace.nn.contest.Contest;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * The drift detector of one key, and what it needs to act: until when the learning rate is boosted,
 * or the model that would take over. Not thread-safe.
 */
final class DriftWatch {

  private final DriftPlan plan;
  private final DriftDetector detector;
  private DriftSignal last = DriftSignal.NONE;
  private long drifts;
  private long boostedUntil;
  // Learns beside the model from a warning on, if one is to take over; else null.
  private OnlineModel challenger;

  DriftWatch(DriftPlan plan) {
    this(plan, plan.detector().start());
  }

  private DriftWatch(DriftPlan plan, DriftDetector detector) {
    this.plan = plan;
    this.detector = detector;
  }

  private DriftWatch(DriftWatch other) {
    plan = other.plan;
    detector = other.detector.copy();
    last = other.last;
    drifts = other.drifts;
    boostedUntil = other.boostedUntil;
    challenger = other.challenger == null ? null : other.challenger.copy();
  }

  /** Drifts so far. */
  long drifts() {
    return drifts;
  }

  /** Whether a drift is suspected now. */
  boolean isWarned() {
    return last == DriftSignal.WARNING;
  }

  /** A challenger learns each class that the model learns. */
  void addClass() {
    if (challenger != null) {
      challenger.addClass();
    }
  }

  /** Lets a challenger, if there is one, learn the row that the model has just learned alone. */
  void learn(Chunk chunk, int row, int classIndex, float weight, TrainScratch scratch) {
    if (challenger == null) {
      return;
    }
    challenger.use(scratch.workspace);
    float[] out = scratch.unpublished(challenger.outputs());
    if (chunk.isClassification()) {
      challenger.learnClass(scratch.features, 0, classIndex, weight, out);
    } else {
      challenger.learnValue(scratch.features, 0, chunk.target(row), weight, out);
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

  /** Whether {@link #act} has something to do. */
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
    if (model instanceof Contest contest) {
      if (drift) {
        act(contest);
      }
      return contest;
    }
    switch (plan.action()) {
      case EVENT -> {}
      case BOOST_LEARNING_RATE -> {
        if (drift && model instanceof Learner network) {
          boostedUntil = model.steps() + plan.boostSteps();
          network.boostLearningRate(plan.boost(), boostedUntil);
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
  private void act(Contest contest) {
    if (plan.action() == DriftPlan.Action.SWAP_IN_CHALLENGER) {
      contest.swapIn();
    } else if (plan.action() == DriftPlan.Action.RESET) {
      contest.reset();
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
  void grow(TrainSpec spec, Task task, Workspace workspace) throws ModelMismatchException {
    if (challenger != null) {
      challenger = StateGrowth.grown(challenger, spec, task, workspace);
    }
  }

  /** Tells a model that was just read what was decided about it. */
  void resume(OnlineModel model) {
    if (boostedUntil > 0 && model instanceof Learner network) {
      network.boostLearningRate(plan.boost(), boostedUntil);
    }
  }

  long memoryBytes() {
    return detector.memoryBytes() + (challenger == null ? 0 : challenger.memoryBytes());
  }

  DriftWatch copy() {
    return new DriftWatch(this);
  }

  /** Writes a watch, or that there is none. */
  static void write(DriftWatch watch, DataOutput out) throws IOException {
    out.writeBoolean(watch != null);
    if (watch != null) {
      watch.write(out);
    }
  }

  private void write(DataOutput out) throws IOException {
    out.writeUTF(plan.name());
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
   * Reads what {@link #write(DriftWatch, DataOutput)} wrote; of another detector than the plan's
   * only the count of drifts is kept.
   *
   * @return null without a plan
   */
  static DriftWatch read(
      StoredBytes in, DriftPlan plan, ModelSpec model, Task task, Workspace workspace)
      throws IOException {
    if (!in.readBoolean()) {
      return plan == null ? null : new DriftWatch(plan);
    }
    String name = in.readUTF();
    boolean same = plan != null && name.equals(plan.name());
    long drifts = in.readLong();
    DriftSignal[] signals = DriftSignal.values();
    int last = (int) Counts.require("drift signal", in.readByte(), 0, signals.length - 1);
    long boostedUntil = in.readLong();
    OnlineModel challenger = in.readBoolean() ? Models.read(in, model, task, workspace) : null;
    // Read even if it is of no use, for other state follows.
    DriftDetector detector =
        DriftDetector.read(in, same ? plan.detector() : DriftSpec.ofName(name));
    if (plan == null) {
      return null;
    }
    DriftWatch watch = new DriftWatch(plan, same ? detector : plan.detector().start());
    watch.drifts = drifts;
    if (same) {
      watch.last = signals[last];
      watch.challenger = plan.action() == DriftPlan.Action.SWAP_IN_CHALLENGER ? challenger : null;
    }
    if (plan.action() == DriftPlan.Action.BOOST_LEARNING_RATE) {
      watch.boostedUntil = boostedUntil;
    }
    return watch;
  }
}
