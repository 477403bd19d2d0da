package dev.millrace.testing;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.onnx.OnnxInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models to export, and ONNX Runtime to run what was exported. */
public final class OnnxModels {
  public static final int INPUTS = 5;
  public static final Normalization STANDARD =
      new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);

  private OnnxModels() {}

  /** Two hidden layers of an activation, the second with layer normalization. */
  public static NetworkSpec spec(
      Activation hidden, Activation output, Loss loss, Normalization normalization) {
    return spec(
        List.of(new LayerSpec(9, hidden), new LayerSpec(6, hidden, 0f, true)),
        output,
        loss,
        normalization);
  }

  /** With hidden layers of one's own. */
  public static NetworkSpec spec(
      List<LayerSpec> hidden, Activation output, Loss loss, Normalization normalization) {
    return NetworkSpec.of(new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f))
        .with(
            to -> {
              to.hidden = hidden;
              to.output = output;
              to.loss = loss;
              to.normalization = normalization;
              to.batchSize = 4;
              to.clipping = new Clipping(1f, 0f);
              to.seed = 3;
            });
  }

  /** A model that has learned 400 examples of the classes, or of values around 250. */
  public static Learner taught(NetworkSpec spec, Task task, int classes) {
    Learner learner = new Learner(spec, task, INPUTS, classes, 17);
    Random random = new Random(23);
    for (int e = 0; e < 400; e++) {
      float[] row = row(random);
      double y = row[0] - row[1] / 50 + 0.3 * random.nextGaussian();
      learner.learn(
          row,
          task.isClassification()
              ? Math.max(0, Math.min(classes - 1, (int) Math.floor(y + classes / 2.0)))
              : 250 + 40 * y);
    }
    return learner;
  }

  /**
   * Features of different scales, one with a mean far beyond its deviation, a constant one, one
   * with gaps.
   */
  public static float[] row(Random random) {
    return new float[] {
      (float) random.nextGaussian(),
      (float) (50 * random.nextGaussian()),
      (float) (20_000 + random.nextGaussian()),
      7f,
      random.nextInt(5) == 0 ? Float.NaN : (float) random.nextDouble()
    };
  }

  /** Rows as {@link #row} gives, the last one beyond every bound. */
  public static float[][] rows(int count) {
    Random random = new Random(29);
    float[][] rows = new float[count][];
    for (int r = 0; r < count; r++) {
      rows[r] = row(random);
    }
    rows[count - 1][0] = 1e6f;
    return rows;
  }

  public static OnnxInfo info(Task task, int classes) {
    return new OnnxInfo(
        "test",
        "k1",
        "0a1b2c3d",
        task,
        List.of("low", "mid, \"ok\"", "high").subList(0, classes),
        List.of());
  }

  /** One output of a model for a batch: float[][] or long[]. */
  public static Object run(byte[] model, float[][] batch, String output) {
    try (OrtSession session =
            OrtEnvironment.getEnvironment().createSession(model, new OrtSession.SessionOptions());
        OnnxTensor input = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), batch);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      return result.get(output).orElseThrow().getValue();
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  /** The class of the greatest probability. */
  public static int best(float[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }

  /** Rows of predictions by the learner itself: of each class, or the value as one float. */
  public static float[][] predictions(Learner learner, float[][] batch) {
    return Arrays.stream(batch)
        .map(learner::predict)
        .map(out -> learner.classes() > 0 ? out : new float[] {(float) PredictedValue.read(out, 0)})
        .toArray(float[][]::new);
  }
}
