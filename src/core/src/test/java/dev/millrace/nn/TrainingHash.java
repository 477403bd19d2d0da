package dev.millrace.nn;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.simd.KernelProvider;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Trains models of all kinds for some steps each and a few with 2,000 examples, more than 4,000
 * steps altogether, and prints a hash of all losses and of the weights at the end.
 */
public final class TrainingHash {

  private static final int CLASSES = 19;
  // So few that the interpreter takes seconds.
  private static final int STEPS = 6;
  private static final int MANY_EXAMPLES = 2000;
  private static final int[] BATCH_SIZES = {1, 7, 16};

  private final MessageDigest digest;

  private TrainingHash() throws NoSuchAlgorithmException {
    digest = MessageDigest.getInstance("SHA-256");
  }

  public static void main(String[] args) throws NoSuchAlgorithmException {
    TrainingHash hash = new TrainingHash();
    hash.trainAllKinds();
    hash.trainLong();
    System.out.println("bits=" + KernelProvider.kernels().bits());
    System.out.println("sha256=" + HexFormat.of().formatHex(hash.digest.digest()));
  }

  /** Every activation with every task; the rest goes round. */
  private void trainAllKinds() {
    int number = 0;
    for (Activation hidden : Activation.values()) {
      for (Task task : Task.OF_ONE_OUTPUT) {
        train(oneOfAll(number, hidden), task, 21, STEPS);
        number++;
      }
    }
  }

  private static NetworkSpec oneOfAll(int number, Activation hidden) {
    // Not of softmax, which has none.
    float dropout = number % 4 == 1 && hidden != Activation.SOFTMAX ? 0.2f : 0f;
    return NetworkSpec.of(LearnerTest.OPTIMIZERS[number % LearnerTest.OPTIMIZERS.length])
        .with(
            to -> {
              to.hidden =
                  List.of(
                      new LayerSpec(37, hidden, dropout, number % 5 == 2),
                      new LayerSpec(16, hidden));
              to.regularizer = new Regularizer(1e-5f, 1e-4f);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
              to.batchSize = BATCH_SIZES[number % BATCH_SIZES.length];
              to.clipping = new Clipping(number % 3 == 0 ? 1f : 0f, 0f);
              to.seed = number;
            });
  }

  /** Plain descent and Adam, by single examples and by 16, for so long that any bit would tell. */
  private void trainLong() {
    Optimizer descent = new Optimizer.Sgd(0.02f, 0f);
    Optimizer adam = new Optimizer.Adam(0.002f, 0.9f, 0.999f, 1e-8f);
    trainLong(descent, 1, new LayerSpec(9, Activation.TANH), Task.MULTICLASS, 5);
    trainLong(descent, 16, new LayerSpec(13, Activation.RELU, 0f, true), Task.REGRESSION, 3);
    trainLong(adam, 1, new LayerSpec(11, Activation.GELU, 0.1f, true), Task.BINARY, 7);
    trainLong(adam, 16, new LayerSpec(17, Activation.SELU, 0.3f, false), Task.MULTICLASS, 4);
  }

  private void trainLong(
      Optimizer optimizer, int batchSize, LayerSpec hidden, Task task, int inputs) {
    NetworkSpec spec =
        NetworkSpec.of(optimizer)
            .with(
                to -> {
                  to.hidden = List.of(hidden);
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                  to.batchSize = batchSize;
                  to.seed = inputs;
                });
    train(spec, task, inputs, MANY_EXAMPLES / batchSize);
  }

  private void train(NetworkSpec spec, Task task, int inputs, int steps) {
    int classes = task == Task.BINARY ? 2 : CLASSES;
    Learner learner = new Learner(spec, task, inputs, classes, 3);
    Random random = new Random(spec.seed());
    float[] x = new float[inputs];
    for (int e = 0; e < steps * spec.batchSize(); e++) {
      for (int i = 0; i < inputs; i++) {
        x[i] = (random.nextInt(2001) - 1000) / 500f;
      }
      double y =
          task.isClassification()
              ? Math.floorMod((int) Math.floor(3 * x[0] + x[1]), classes)
              : x[0] * x[1] + 3;
      digest(learner.learn(x, y));
    }
    if (learner.steps() != steps) {
      throw new IllegalStateException(learner.steps() + " steps instead of " + steps);
    }
    for (double parameter : StoredModel.parameters(learner, parameters(spec, task, learner))) {
      digest((float) parameter);
    }
  }

  private static int parameters(NetworkSpec spec, Task task, Learner learner) {
    int count = 0;
    int inputs = learner.inputs();
    for (LayerSpec layer : spec.layers(task, learner.outputs())) {
      count += (inputs + (layer.layerNorm() ? 3 : 1)) * layer.units();
      inputs = layer.units();
    }
    return count;
  }

  private void digest(float value) {
    digest.update(ByteBuffer.allocate(Float.BYTES).putFloat(value).flip());
  }
}
