package dev.millrace.nn.auto.members;

import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.ferns.Ferns;
import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The prediction of random ferns, which find borders along single columns and nominal values. They
 * draw their questions from the first records in the buffer, and learn those first.
 *
 * <p>Classes: p = softmax(ln f + Σ w) with f the running class frequencies. Values: Σ w on the
 * scale of the standardised target, with the error cut to ±1.
 */
final class FernMember implements Member {

  /** One such member of each mixture. */
  record Plan(MixtureKind kind) implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of("ferns");
    }

    /** Returns the bytes once it has started. */
    @Override
    public long memoryBytes() {
      return size(kind).bytes(kind.outputs());
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new FernMember(parts, place.prediction());
    }
  }

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final long DOMAIN = 0x6665726E73L;

  /** Max part of the error of a value that a step corrects, and max step of a class's sum. */
  private static final float MAX_VALUE_RATE = 1f;

  private static final float MAX_CLASS_RATE = 8f;

  /** Cells of the row at hand, and the value that they predict. */
  private static final class Scratch {
    int[] cells = {};
    final float[] value = new float[1];
  }

  private final MixtureParts parts;
  private final int prediction;
  private final Ferns ferns;
  // [outputs]
  private float[] steps;

  private FernMember(MixtureParts parts, int prediction) {
    this.parts = parts;
    this.prediction = prediction;
    MixtureKind kind = parts.kind();
    long seed = WeightInitializer.mix(kind.seed() ^ DOMAIN) ^ parts.keySeed();
    int outputs = kind.outputs();
    ferns = new Ferns(size(kind), kind.inputs(), outputs, WeightInitializer.mix(seed));
    steps = new float[outputs];
  }

  private static Ferns.Size size(MixtureKind kind) {
    // Three nominal columns of five values need 125 cells.
    int depth = kind.indicators() > 0 ? 7 : 6;
    return switch (kind.spec().tier()) {
      case FAST -> new Ferns.Size(32, depth);
      case BALANCED -> new Ferns.Size(128, depth);
      case ACCURATE -> new Ferns.Size(256, 7);
    };
  }

  private Scratch scratch(Row row) {
    Scratch scratch = row.workspace.shared(Scratch.class, Scratch::new);
    if (scratch.cells.length < ferns.count()) {
      scratch.cells = new int[ferns.count()];
    }
    return scratch;
  }

  @Override
  public void predict(Row row) {
    predict(row, scratch(row));
  }

  private void predict(Row row, Scratch scratch) {
    if (ferns.hasStarted()) {
      ferns.select(row.encoded, 0, scratch.cells);
      predictCells(row, scratch);
    } else if (row.isClassification) {
      int at = row.at(prediction);
      Arrays.fill(row.predictions, at, at + row.columns, 0f);
      System.arraycopy(row.frequencies, 0, row.predictions, at, steps.length);
    } else {
      row.setScaled(prediction, 0f);
    }
  }

  private void predictCells(Row row, Scratch scratch) {
    if (row.isClassification) {
      float[] out = row.predictions;
      int at = row.at(prediction);
      Arrays.fill(out, at, at + row.columns, 0f);
      System.arraycopy(row.logFrequencies, 0, out, at, steps.length);
      ferns.addSums(scratch.cells, out, at);
      KERNELS.softmax(out, at, 1, steps.length, row.columns);
    } else {
      scratch.value[0] = 0f;
      ferns.addSums(scratch.cells, scratch.value, 0);
      row.setScaled(prediction, scratch.value[0]);
    }
  }

  @Override
  public void learn(Row row) {
    Scratch scratch = scratch(row);
    predict(row, scratch);
    if (ferns.hasStarted()) {
      learnCells(row, row.target, row.weight, scratch);
    }
  }

  /** Learns a target, of which the cells have predicted the class or the value. */
  private void learnCells(Row row, double target, float weight, Scratch scratch) {
    int at = row.at(prediction);
    if (row.isClassification) {
      float rate = Math.min(MixtureConstant.FERN_CLASS_RATE.value * weight, MAX_CLASS_RATE);
      float each = rate / ferns.count();
      for (int o = 0; o < steps.length; o++) {
        float predicted = row.predictions[at + o];
        steps[o] = each * (o == (int) target ? predicted - 1f : predicted);
      }
    } else {
      float error = scratch.value[0] - parts.target().scaled(target);
      float rate = Math.min(MixtureConstant.FERN_VALUE_RATE.value * weight, MAX_VALUE_RATE);
      steps[0] = rate / ferns.count() * Math.max(-1f, Math.min(1f, error));
    }
    ferns.step(scratch.cells, steps);
  }

  /** Draws the questions, and learns the first records. */
  @Override
  public void start(Row row) {
    ReplayBuffer buffer = parts.buffer();
    NominalColumns nominal = parts.nominal().columns();
    int records = buffer.size();
    ferns.start(records, buffer::feature, nominal);
    Scratch scratch = scratch(row);
    float[] first = new float[buffer.inputs() + nominal.count()];
    for (int record = 0; record < records && row.classes != 1; record++) {
      buffer.copyFeatures(record, first);
      nominal.addCodes(first, buffer.inputs());
      ferns.select(first, 0, scratch.cells);
      predictCells(row, scratch);
      learnCells(row, buffer.target(record), buffer.weight(record), scratch);
    }
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    ferns.widen(grown.outputs());
    steps = new float[grown.outputs()];
  }

  @Override
  public boolean grows() {
    return true;
  }

  @Override
  public long memoryBytes() {
    return ferns.memoryBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    ferns.visit(v, parts.nominal().columns());
  }
}
