package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Layout;
import dev.millrace.nn.Network;
import dev.millrace.simd.Kernels;
import java.util.ArrayList;
import java.util.List;

/** What all mixtures of one kind have in common, and share because nothing in it ever changes. */
final class AutoShape {

  /** What decides everything else. */
  record Kind(AutoSpec spec, long seed, Task task, int inputs, int classes) {}

  private final Kind kind;
  private final List<MemberKind> members;
  private final Network[] networks;
  private final FourierFeatures fourier;
  private final int replaying;
  private final int replays;
  // [members]: how many records those before replay.
  private final int[] drawnBefore;
  private final long parameters;
  private final List<String> names;

  /**
   * @param fourier shared by all shapes of this seed and number of inputs; null if no member needs
   *     it
   */
  AutoShape(Kind kind, FourierFeatures fourier) {
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
    names.add(LinearMember.NAME);
    for (AutoSpec.Extra extra : AutoSpec.Extra.values()) {
      if (kind.spec().members().contains(extra)) {
        names.add(extra.id());
      }
    }
    names.add(isClassification() ? ClassFrequencies.NAME : ValueMixer.BASELINE);
    parameters = kept;
    replaying = last;
    replays = replayed;
  }

  /** Whether a tier has a member that sees random Fourier features. */
  static boolean needsFourier(AutoSpec spec) {
    return MemberKind.of(spec.tier()).stream().anyMatch(member -> member.fourier);
  }

  /**
   * Bytes of a mixture whose buffer is full, in memory.
   *
   * @throws IllegalArgumentException if there are more weights than an array holds
   */
  static long bytes(AutoSpec spec, Task task, int inputs, int classes) {
    AutoShape shape = new AutoShape(new Kind(spec, 0, task, inputs, classes), null);
    return (shape.parameters + floatsOfOthers(shape.kind)) * Float.BYTES
        + ReplayBuffer.bytes(inputs, spec.buffer())
        + (long) inputs * 4 * Double.BYTES;
  }

  /** Bytes of a stored mixture, those left out that are the same number in all of them. */
  static long storedBytes(Kind kind) {
    long floats = floatsOfOthers(kind);
    for (MemberKind member : MemberKind.of(kind.spec().tier())) {
      floats += Layout.values(inputs(kind, member), layers(kind, member)) * floatsEach(member);
    }
    return floats * Float.BYTES
        + Scaler.bytes(kind.inputs())
        + (long) kind.classes() * Double.BYTES;
  }

  /** Floats of a parameter: its mean square too, and perhaps its average. */
  private static int floatsEach(MemberKind member) {
    return member.averaged ? 3 : 2;
  }

  private static long floatsOfOthers(Kind kind) {
    long floats = LinearMember.floats(kind.inputs(), outputs(kind));
    return kind.spec().members().contains(AutoSpec.Extra.PREVIOUS_LABEL)
        ? floats + (long) kind.classes() * kind.classes()
        : floats;
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

  FourierFeatures fourier() {
    return fourier;
  }

  /** Members with records to replay; they stand first. */
  int replaying() {
    return replaying;
  }

  /** Records that all members together replay with a new one. */
  int replays() {
    return replays;
  }

  /** The member whose rows this one sees: those without replay see the new record of the first. */
  int rowsOf(int m) {
    return m < replaying ? m : 0;
  }

  /** Records that the members before this one replay: its own draws are numbered from there on. */
  int drawnBefore(int m) {
    return drawnBefore[m];
  }

  /** Floats of the parameters of all members, of their averages and their mean squares. */
  long parameters() {
    return parameters;
  }

  /** Names of the predictions that are mixed, in their order, and of the baseline behind them. */
  List<String> names() {
    return names;
  }

  /** Those of the networks; the linear member follows, then optional ones. */
  int networkPredictions() {
    return predictions() - kind.spec().members().size() - 1;
  }

  boolean has(AutoSpec.Extra extra) {
    return kind.spec().members().contains(extra);
  }

  int predictions() {
    return names.size() - 1;
  }

  /** Floats from one row of features to the next. */
  int stride() {
    return Kernels.stride(inputs());
  }

  /** The same with Fourier features. */
  int fourierStride() {
    return Kernels.stride(inputs() + FourierFeatures.COUNT);
  }
}
