package dev.millrace.prequential.key;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.eval.drift.DriftDetector;
import dev.millrace.eval.drift.DriftDetectors;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.state.Evictable;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Detects drifts of one key, and reacts by the pipeline's policy. Not thread-safe. */
public final class DriftMonitor implements KeyPart {
  // Of a key whose pipeline detects no drift.
  private static final DriftPolicy NO_POLICY =
      new DriftPolicy("", DriftSpec.Adwin.DEFAULT, DriftPolicy.Action.EVENT, 1, 1);
  private static final DriftDetector NO_DETECTOR =
      new DriftDetector() {
        @Override
        public DriftSignal update(double value) {
          return DriftSignal.NONE;
        }

        @Override
        public void visit(StateVisitor v) {}
      };

  private final DriftPolicy policy;
  private final DriftDetector detector;
  private DriftSignal last = DriftSignal.NONE;
  private long drifts;
  private long boostedUntil;

  /** Learns next to the model from a warning on, to replace it; null before. */
  public @Nullable OnlineModel challenger;

  private DriftMonitor(DriftPolicy policy, DriftDetector detector) {
    this.policy = policy;
    this.detector = detector;
  }

  private DriftMonitor(DriftMonitor other) {
    policy = other.policy;
    detector = State.copy(other.detector, DriftDetectors.start(policy.detector()));
    last = other.last;
    drifts = other.drifts;
    boostedUntil = other.boostedUntil;
    challenger = other.challenger == null ? null : other.challenger.copy();
  }

  /** Returns a monitor without examples; null if the pipeline has no drift detector. */
  static @Nullable DriftMonitor create(PartOrigin origin) {
    DriftPolicy policy = origin.spec().drift();
    return policy == null
        ? null
        : new DriftMonitor(policy, DriftDetectors.start(policy.detector()));
  }

  /** Returns the monitor of a key, one that detects nothing if the key has none. */
  static DriftMonitor orIdle(@Nullable DriftMonitor monitor) {
    return monitor == null ? new DriftMonitor(NO_POLICY, NO_DETECTOR) : monitor;
  }

  /** Returns the detector's name and the reaction to a drift. */
  public DriftPolicy policy() {
    return policy;
  }

  /** Returns the number of drifts so far. */
  public long drifts() {
    return drifts;
  }

  /** Returns true if the detector suspects a drift now. */
  public boolean isWarned() {
    return last == DriftSignal.WARNING;
  }

  @Override
  public void nameClasses(List<String> classes) {
    while (challenger != null && challenger.classes() < classes.size()) {
      challenger.addClass();
    }
  }

  @Override
  public List<? extends Evictable> evictables() {
    return pagedParts();
  }

  /** Returns the parts of the challenger that have pages. */
  List<PagedPart> pagedParts() {
    return challenger == null ? List.of() : challenger.pagedParts();
  }

  /** Lets a challenger, if there is one, learn the single row that the model has just learned. */
  public void learn(RowBatch batch) {
    if (challenger == null) {
      return;
    }
    challenger.use(batch.workspace);
    float[] scores = batch.unpublished(challenger.outputs());
    float weight = batch.weights[0];
    if (batch.chunk.isClassification()) {
      challenger.learnClass(batch.features, 0, batch.classes[0], weight, scores);
    } else {
      challenger.learnValue(batch.features, 0, batch.learnedTargets[0], weight, scores);
    }
  }

  /**
   * Updates the detector with the error of one more example.
   *
   * @return a drift, a new warning, or nothing
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
   * @param create returns a model of the same kind that has learned nothing
   * @return the model to go on with
   */
  OnlineModel act(OnlineModel model, Supplier<OnlineModel> create) {
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
        return drift ? create.get() : model;
      }
      case SWAP_IN_CHALLENGER -> {
        return challenge(model, create);
      }
    }
    return model;
  }

  /** Promotes one of several models, or resets all. */
  private void act(ChampionChallenger selection) {
    if (policy.action() == DriftPolicy.Action.SWAP_IN_CHALLENGER) {
      selection.promoteBest();
    } else if (policy.action() == DriftPolicy.Action.RESET) {
      selection.reset();
    }
  }

  private OnlineModel challenge(OnlineModel model, Supplier<OnlineModel> create) {
    OnlineModel next = model;
    switch (last) {
      case WARNING -> {
        if (challenger == null) {
          challenger = create.get();
        }
      }
      case DRIFT -> {
        next = challenger == null ? create.get() : challenger;
        challenger = null;
      }
      case NONE -> challenger = null; // a false alarm
    }
    return next;
  }

  /** Applies a boosted learning rate to a model that was just read. */
  void resume(OnlineModel model) {
    if (boostedUntil > 0 && model instanceof Learner network) {
      network.boostLearningRate(policy.boost(), boostedUntil);
    }
  }

  @Override
  public long memoryBytes() {
    return detector.memoryBytes() + (challenger == null ? 0 : challenger.memoryBytes());
  }

  @Override
  public DriftMonitor copy() {
    return new DriftMonitor(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeUTF(policy.name());
    out.writeLong(drifts);
    out.writeByte(last.ordinal());
    out.writeLong(boostedUntil);
    out.writeBoolean(challenger != null);
    if (challenger != null) {
      challenger.write(out);
    }
    DriftDetectors.write(detector, out);
  }

  /**
   * Reads what {@link #write} wrote, by hand: of another detector than the policy's only the count
   * of drifts is kept.
   *
   * @return null without a policy
   */
  static @Nullable DriftMonitor read(BoundedDataInput in, PartOrigin origin) throws IOException {
    DriftPolicy policy = origin.spec().drift();
    String name = in.readUTF();
    long drifts = in.readLong();
    DriftSignal[] signals = DriftSignal.values();
    int last = (int) SizeChecks.require("drift signal", in.readByte(), 0, signals.length - 1);
    long boostedUntil = in.readLong();
    OnlineModel challenger = null;
    if (in.readBoolean()) {
      challenger = Models.read(in, origin.spec().model(), origin.task(), origin.workspace());
      origin.classes().requireModel(origin.task(), challenger.classes());
    }
    // Read even if it is not used: other state follows.
    boolean same = policy != null && name.equals(policy.name());
    DriftDetector detector =
        DriftDetectors.read(
            in, policy != null && same ? policy.detector() : DriftSpec.ofName(name));
    if (policy == null) {
      return null;
    }
    DriftMonitor monitor =
        new DriftMonitor(policy, same ? detector : DriftDetectors.start(policy.detector()));
    monitor.drifts = drifts;
    if (same) {
      monitor.last = signals[last];
      monitor.challenger =
          policy.action() == DriftPolicy.Action.SWAP_IN_CHALLENGER ? challenger : null;
    }
    if (policy.action() == DriftPolicy.Action.BOOST_LEARNING_RATE) {
      monitor.boostedUntil = boostedUntil;
    }
    return monitor;
  }
}
