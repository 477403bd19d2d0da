package dev.millrace.nn;

import dev.millrace.data.Task;
import dev.millrace.simd.Kernels;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Trains models of all kinds for some hundred steps and prints a hash of all their bytes. */
public final class TrainingHash {

  private static final int INPUTS = 21;
  private static final int CLASSES = 19;
  private static final int EXAMPLES = 500;

  private TrainingHash() {}

  public static void main(String[] args) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    int model = 0;
    for (Activation hidden : Activation.values()) {
      for (Task task : Task.values()) {
        digest.update(StoredModel.bytes(trained(hidden, task, model++)));
      }
    }
    System.out.println("bits=" + Kernels.best().bits());
    System.out.println("sha256=" + HexFormat.of().formatHex(digest.digest()));
  }

  private static Learner trained(Activation hidden, Task task, int model) {
    Optimizer optimizer = LearnerTest.OPTIMIZERS[model % LearnerTest.OPTIMIZERS.length];
    int batchSize = model % 2 == 0 ? 1 : 7;
    // Not of softmax, which has none.
    float dropout = model % 4 == 1 && hidden != Activation.SOFTMAX ? 0.2f : 0f;
    ModelSpec spec =
        new ModelSpec(
            List.of(new LayerSpec(37, hidden, dropout, model % 5 == 2), new LayerSpec(16, hidden)),
            null,
            null,
            optimizer,
            new Regularizer(1e-5f, 1e-4f),
            new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f),
            batchSize,
            model % 3 == 0 ? 1f : 0f,
            model);
    int classes = task == Task.BINARY ? 2 : CLASSES;
    Learner learner = new Learner(spec.forTask(task), task, INPUTS, classes, 3);
    Random random = new Random(model);
    float[] x = new float[INPUTS];
    float[] out = new float[CLASSES];
    for (int e = 0; e < EXAMPLES; e++) {
      for (int i = 0; i < INPUTS; i++) {
        x[i] = (float) random.nextGaussian();
      }
      if (task.isClassification()) {
        learner.learnClass(x, 0, Math.floorMod((int) Math.floor(x[0] + x[1]), classes), 1f, out);
      } else {
        learner.learnValue(x, 0, x[0] * x[1] + 3, 1f, out);
      }
    }
    return learner;
  }
}
