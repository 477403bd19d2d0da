package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Layout;
import dev.millrace.nn.Network;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.simd.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Networks, sizes and names that all mixtures of one kind share. Immutable. */
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

    /** Returns the number of predictions from ids. */
    int idPredictions() {
      return IdMember.names(ids).size();
    }

    Kind withClasses(int all) {
      return new Kind(spec, seed, task, inputs, all, ids, previousInputs, indicators);
    }
  }

  private static final Set<String> NEWCOMERS =
      Set.of(FernMember.NAME, NaiveBayesMember.NAME, AutoSpec.Extra.KNN.id(), PreviousLabel.NAME);

  private final Kind kind;
  private final List<MemberKind> members;
  private final Network[] networks;
  private final @Nullable FourierFeatures fourier;
  private final int replaying;
  private final int replays;
  // [members]: number of records that the members before replay.
  private final int[] drawnBefore;
  private final long parameters;
  private final List<String> names;
  private final int networkPredictions;

  /**
   * Creates the shape of a kind.
   *
   * @param fourier shared by all shapes of this seed and number of inputs; null if no member uses
   *     it
   */
  AutoShape(Kind kind, @Nullable FourierFeatures fourier) {
    this.kind = kind;
    this.fourier = fourier;
    members = MemberKind.of(kind.spec().tier());
    networks = new Network[members.size()];
    names = new ArrayList<>();
    long kept = 0;
    int replayed = 0;
    int last = 0;
    drawnBefore = new int[members.size()];
    for (int m = 0; m < networks.length; m++) {
      MemberKind member = members.get(m);
      networks[m] = new Network(new Layout(inputs(kind, member), layers(kind, member)));
      kept += (long) networks[m].layout().length() * floatsEach(member);
      names.add(member.id());
      if (member.averaged) {
        names.add(member.id() + "-ema");
      }
      drawnBefore[m] = replayed;
      replayed += member.replays;
      last = member.replays > 0 ? m + 1 : last;
    }
    networkPredictions = names.size();
    names.add(LinearMember.NAME);
    names.add(FernMember.NAME);
    if (hasNaiveBayes()) {
      names.add(NaiveBayesMember.NAME);
    }
    names.addAll(IdMember.names(kind.ids()));
    if (has(AutoSpec.Extra.KNN)) {
      names.add(AutoSpec.Extra.KNN.id());
    }
    names.add(PreviousLabel.NAME);
    names.add(isClassification() ? ClassFrequencies.NAME : ValueMixer.BASELINE);
    parameters = kept;
    replaying = last;
    replays = replayed;
  }

  /** Returns true if a member of the tier uses random Fourier features. */
  static boolean needsFourier(AutoSpec spec) {
    return MemberKind.of(spec.tier()).stream().anyMatch(member -> member.fourier);
  }

  /**
   * Returns the bytes in memory of a mixture whose buffer is full.
   *
   * @throws IllegalArgumentException if there are more weights than an array holds
   */
  static long bytes(Kind kind) {
    return (new AutoShape(kind, null).parameters + floatsOfOthers(kind)) * Float.BYTES
        + ReplayBuffer.bytes(kind.inputs(), kind.spec().buffer())
        + (long) kind.inputs() * 4 * Double.BYTES
        + FernMember.bytes(kind, outputs(kind))
        + IdMember.bytes(kind);
  }

  /** Returns the bytes of a stored mixture, without those that are equal in number in all. */
  static long storedBytes(Kind kind) {
    long floats = floatsOfOthers(kind);
    for (MemberKind member : MemberKind.of(kind.spec().tier())) {
      floats += Layout.values(inputs(kind, member), layers(kind, member)) * floatsEach(member);
    }
    return floats * Float.BYTES
        + Scaler.bytes(kind.inputs())
        + (long) kind.classes() * Double.BYTES;
  }

  /** Floats kept of each parameter: itself, its mean square, and perhaps its average. */
  private static int floatsEach(MemberKind member) {
    return member.averaged ? 3 : 2;
  }

  /** Floats of the linear member, the previous label and naive Bayes. */
  long floatsOfOthers() {
    return floatsOfOthers(kind);
  }

  private static long floatsOfOthers(Kind kind) {
    return LinearMember.floats(kind.inputs(), outputs(kind))
        + PreviousLabel.floats(kind.classes())
        + (hasNaiveBayes(kind) ? NaiveBayesMember.floats(kind.indicators(), kind.classes()) : 0);
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

  boolean isClassification() {
    return kind.task().isClassification();
  }

  /** Neurons of the output layers. */
  int outputs() {
    return outputs(kind);
  }

  private static int outputs(Kind kind) {
    return kind.task().isClassification() ? Math.max(1, kind.classes()) : 1;
  }

  private static List<LayerSpec> layers(Kind kind, MemberKind member) {
    return member.layers(kind.task().isClassification(), outputs(kind));
  }

  private static int inputs(Kind kind, MemberKind member) {
    return kind.inputs() + (member.fourier ? FourierFeatures.COUNT : 0);
  }

  int members() {
    return networks.length;
  }

  MemberKind member(int m) {
    return members.get(m);
  }

  Network network(int m) {
    return networks[m];
  }

  @Nullable FourierFeatures fourier() {
    return fourier;
  }

  /** Number of members that replay records; they are first. */
  int replaying() {
    return replaying;
  }

  /** Number of records that all members together replay with a new one. */
  int replays() {
    return replays;
  }

  /** Returns the member whose rows this one uses: the first one's if it replays none. */
  int rowsOf(int m) {
    return m < replaying ? m : 0;
  }

  /** Number of records that the members before this one replay; its own draws follow. */
  int drawnBefore(int m) {
    return drawnBefore[m];
  }

  /** Floats of all members' parameters, mean squares and averages. */
  long parameters() {
    return parameters;
  }

  /** Names of the mixed predictions in their order, then that of the baseline. */
  List<String> names() {
    return names;
  }

  /**
   * Number of the networks' predictions; linear member, ferns, naive Bayes, ids, neighbours and the
   * previous label follow.
   */
  int networkPredictions() {
    return networkPredictions;
  }

  /** Predictions that start without a weight; of records with ids the linear member has one. */
  int[] newcomers() {
    return IntStream.range(0, predictions()).filter(k -> isNewcomer(names.get(k))).toArray();
  }

  private boolean isNewcomer(String name) {
    return NEWCOMERS.contains(name) || (kind.ids() == null && name.equals(LinearMember.NAME));
  }

  /** Returns true if naive Bayes predicts too. */
  boolean hasNaiveBayes() {
    return hasNaiveBayes(kind);
  }

  private static boolean hasNaiveBayes(Kind kind) {
    return kind.task().isClassification() && kind.indicators() > 0;
  }

  boolean has(AutoSpec.Extra extra) {
    return kind.spec().has(extra);
  }

  int predictions() {
    return names.size() - 1;
  }

  /** Floats from one row of features to the next. */
  int stride() {
    return Kernels.stride(inputs());
  }

  /** Floats from one row of features with Fourier features to the next. */
  int fourierStride() {
    return Kernels.stride(inputs() + FourierFeatures.COUNT);
  }
}
