package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.spec.AutoSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members that all mixtures of one kind have, and the places of their predictions. */
final class AutoShape {

  /**
   * The settings that everything else follows from.
   *
   * @param inputs numbers that networks see of a record
   * @param ids layout of the records; null if they have no ids
   * @param previousInputs 1 if the last input is the previous value, else 0
   * @param indicators number of inputs that are indicators; 0 of records with ids
   */
  record Kind(
      AutoSpec spec,
      long seed,
      Task task,
      int inputs,
      int classes,
      @Nullable IdLayout ids,
      int previousInputs,
      int indicators) {

    /** Settings of records without ids whose networks see the columns alone. */
    Kind(AutoSpec spec, long seed, Task task, int inputs, int classes) {
      this(spec, seed, task, inputs, classes, null, 0, 0);
    }

    Kind withClasses(int all) {
      return new Kind(spec, seed, task, inputs, all, ids, previousInputs, indicators);
    }

    boolean hasIds() {
      return ids != null;
    }

    boolean isClassification() {
      return task.isClassification();
    }

    /** Returns the floats of a record as it comes. */
    int width() {
      return ids == null ? inputs - previousInputs : ids.width;
    }

    /** Returns the neurons of an output layer. */
    int outputs() {
      return isClassification() ? Math.max(1, classes) : 1;
    }
  }

  private final Kind kind;
  private final List<MemberPlan> plans;
  private final List<MemberPlan.Place> places = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<MemberPlan.Start> starts = new ArrayList<>();
  private final int[] shares = {-1, -1};
  private final int replays;

  AutoShape(Kind kind) {
    this.kind = kind;
    plans = Members.of(kind);
    int drawn = 0;
    for (MemberPlan plan : plans) {
      places.add(new MemberPlan.Place(places.size(), names.size(), drawn));
      FixedShare.Part share = plan.share();
      if (share != null) {
        shares[share.ordinal()] = names.size();
      }
      for (String name : plan.names()) {
        names.add(name);
        starts.add(plan.start());
      }
      drawn += plan.replays();
    }
    replays = drawn;
    if (names.size() > MixerWeights.MAX_PREDICTIONS) {
      throw new IllegalStateException(
          "a mixture has at most %d predictions, but has %s"
              .formatted(MixerWeights.MAX_PREDICTIONS, names));
    }
    names.add(kind.isClassification() ? ClassFrequencies.NAME : ValueMixer.BASELINE);
  }

  /**
   * Returns the bytes in memory of a mixture whose buffer is full.
   *
   * @throws IllegalArgumentException if there are more weights than an array holds
   */
  static long bytes(Kind kind) {
    long bytes =
        ReplayBuffer.bytes(kind.inputs(), kind.spec().buffer())
            + (long) kind.inputs() * 4 * Double.BYTES;
    for (MemberPlan plan : Members.of(kind)) {
      bytes += plan.memoryBytes();
    }
    return bytes;
  }

  /** Returns the bytes of a stored mixture, without those that are equal in number in all. */
  static long storedBytes(Kind kind) {
    long bytes = Scaler.bytes(kind.inputs()) + (long) kind.classes() * Double.BYTES;
    for (MemberPlan plan : Members.of(kind)) {
      bytes += plan.storedBytes();
    }
    return bytes;
  }

  Kind kind() {
    return kind;
  }

  int inputs() {
    return kind.inputs();
  }

  /** Classes known, 0 for regression. */
  int classes() {
    return kind.classes();
  }

  /** Neurons of the output layers. */
  int outputs() {
    return kind.outputs();
  }

  /** Returns the plan of a member, which is of the given type. */
  <P extends MemberPlan> P plan(MemberPlan.Place place, Class<P> type) {
    return type.cast(plans.get(place.member()));
  }

  /** Creates the members of a mixture. */
  Member[] create(MixtureParts parts) {
    Member[] members = new Member[plans.size()];
    for (int m = 0; m < members.length; m++) {
      members[m] = plans.get(m).create(parts, places.get(m));
    }
    return members;
  }

  /** Number of records that all members together replay with a new one. */
  int replays() {
    return replays;
  }

  /** Names of the mixed predictions in their order, then that of the baseline. */
  List<String> names() {
    return names;
  }

  /** How much each mixed prediction counts at first. */
  List<MemberPlan.Start> starts() {
    return starts;
  }

  /** Number of the prediction that has a share in the answer besides the mixture's; -1 if none. */
  int predictionOf(FixedShare.Part share) {
    return shares[share.ordinal()];
  }

  int predictions() {
    return starts.size();
  }
}
