package dev.millrace.nn.auto;

import dev.millrace.nn.WeakCache;
import dev.millrace.nn.auto.members.Member;
import dev.millrace.nn.auto.members.MemberPlan;
import dev.millrace.nn.auto.members.MemberPlans;
import dev.millrace.nn.auto.rows.FrequencyBaseline;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.Scaler;
import java.util.ArrayList;
import java.util.List;

/** The members that all mixtures of one kind have, and the places of their predictions. */
final class AutoShape {

  /** The shapes of a workspace, each kept as long as a mixture uses it. */
  private static final class Cache {
    final WeakCache<MixtureKind, AutoShape> shapes = new WeakCache<>();
  }

  private final MixtureKind kind;
  private final List<MemberPlan> plans;
  private final List<MemberPlan.Place> places = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<MemberPlan.Start> starts = new ArrayList<>();
  private final int[] shares = {-1, -1};
  private final int replays;

  /** Returns the shape that all mixtures of a kind share, and makes room for one in the row. */
  static AutoShape of(MixtureKind kind, Row row) {
    return row.workspace
        .shared(Cache.class, Cache::new)
        .shapes
        .get(
            kind,
            one -> {
              AutoShape shape = new AutoShape(one);
              row.fit(one, shape.predictions());
              return shape;
            });
  }

  private AutoShape(MixtureKind kind) {
    this.kind = kind;
    plans = MemberPlans.of(kind);
    int drawn = 0;
    for (MemberPlan plan : plans) {
      places.add(new MemberPlan.Place(places.size(), names.size(), drawn));
      MemberPlan.Part share = plan.share();
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
    names.add(kind.isClassification() ? FrequencyBaseline.NAME : FixedShare.BASELINE);
  }

  /**
   * Returns the bytes in memory of a mixture whose buffer is full.
   *
   * @throws IllegalArgumentException if there are more weights than an array holds
   */
  static long bytes(MixtureKind kind) {
    long bytes =
        ReplayBuffer.bytes(kind.inputs(), kind.spec().buffer())
            + (long) kind.inputs() * 4 * Double.BYTES;
    for (MemberPlan plan : MemberPlans.of(kind)) {
      bytes += plan.memoryBytes();
    }
    return bytes;
  }

  /** Returns the bytes of a stored mixture, without those that are equal in number in all. */
  static long storedBytes(MixtureKind kind) {
    long bytes = Scaler.bytes(kind.inputs()) + (long) kind.classes() * Double.BYTES;
    for (MemberPlan plan : MemberPlans.of(kind)) {
      bytes += plan.storedBytes();
    }
    return bytes;
  }

  MixtureKind kind() {
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

  /** Returns the plan of a member. */
  MemberPlan plan(int member) {
    return plans.get(member);
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
  int predictionOf(MemberPlan.Part share) {
    return shares[share.ordinal()];
  }

  int predictions() {
    return starts.size();
  }
}
