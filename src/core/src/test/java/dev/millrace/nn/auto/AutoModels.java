package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Mixtures, and random examples for them. */
final class AutoModels {

  static final int INPUTS = 5;

  /** A mixture's settings and its task. */
  record Case(AutoSpec auto, Task task, int classes) {

    AutoModelSpec spec() {
      return ModelSpec.auto(3, auto, ClassWeights.NONE);
    }

    OnlineModel model() {
      return Models.create(spec(), task, INPUTS, classes, 7);
    }

    @Override
    public String toString() {
      return auto.id() + " " + task + " " + classes;
    }
  }

  private AutoModels() {}

  /** Every tier with every task, with a buffer so small that it is soon full. */
  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (AutoSpec.Tier tier : AutoSpec.Tier.values()) {
      for (Set<AutoSpec.Extra> extras : List.of(Set.<AutoSpec.Extra>of(), EXTRAS)) {
        AutoSpec auto = new AutoSpec(tier, extras, 20);
        cases.add(new Case(auto, Task.BINARY, 2));
        cases.add(new Case(auto, Task.MULTICLASS, 19));
        cases.add(new Case(auto, Task.REGRESSION, 0));
      }
    }
    return cases;
  }

  private static final Set<AutoSpec.Extra> EXTRAS = Set.of(AutoSpec.Extra.values());

  static byte[] bytes(OnlineModel model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      model.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static OnlineModel read(byte[] bytes, ModelSpec spec, Task task) throws IOException {
    return Models.read(new BoundedDataInput(bytes), spec, task, new Workspace());
  }

  /** Features of an example, some of them missing. */
  static void features(long example, float[] x, int offset) {
    Random random = new Random(example);
    for (int i = 0; i < INPUTS; i++) {
      x[offset + i] = random.nextInt(20) == 0 ? Float.NaN : (float) random.nextGaussian() * (i + 1);
    }
  }

  private static double signal(float[] x, int offset) {
    float first = Float.isNaN(x[offset]) ? 0f : x[offset];
    float second = Float.isNaN(x[offset + 1]) ? 0f : x[offset + 1];
    return 2 * first + second;
  }

  static int label(float[] x, int offset, int classes) {
    int bin = (int) Math.floor((signal(x, offset) + 6) / 12 * classes);
    return Math.max(0, Math.min(classes - 1, bin));
  }

  static double value(float[] x, int offset) {
    return 100 + 10 * signal(x, offset);
  }

  /** Learns examples one by one, all classes known. */
  static float learn(OnlineModel model, int from, int to) {
    float[] x = new float[INPUTS];
    float[] out = new float[Math.max(1, model.outputs())];
    float loss = 0f;
    for (int e = from; e < to; e++) {
      features(e, x, 0);
      float weight = 1 + e % 3;
      loss +=
          model.classes() > 0
              ? model.learnClass(x, 0, label(x, 0, model.classes()), weight, out)
              : model.learnValue(x, 0, value(x, 0), weight, out);
    }
    return loss / (to - from);
  }

  /** The same examples in calls of so many. */
  static void learnTogether(OnlineModel model, int from, int to, int together) {
    float[] x = new float[together * INPUTS];
    int[] labels = new int[together];
    double[] values = new double[together];
    float[] weights = new float[together];
    float[] out = new float[together * model.outputs()];
    float[] losses = new float[together];
    for (int e = from; e < to; e += together) {
      int rows = Math.min(together, to - e);
      for (int r = 0; r < rows; r++) {
        features(e + r, x, r * INPUTS);
        weights[r] = 1 + (e + r) % 3;
        labels[r] = label(x, r * INPUTS, Math.max(1, model.classes()));
        values[r] = value(x, r * INPUTS);
      }
      if (model.classes() > 0) {
        model.learnClasses(x, 0, rows, labels, weights, out, losses);
      } else {
        model.learnValues(x, 0, rows, values, weights, out, losses);
      }
    }
  }
}
