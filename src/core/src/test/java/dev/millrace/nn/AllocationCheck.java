package dev.millrace.nn;

import com.sun.management.ThreadMXBean;
import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Prints the fewest bytes that a stretch of calls allocated once the methods were compiled. */
public final class AllocationCheck {

  private static final int STRETCHES = 300;
  private static final int CALLS = 2000;

  private AllocationCheck() {}

  public static void main(String[] args) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Learner classifier = new Learner(ModelSpec.single(1), Task.MULTICLASS, 8, 3, 1);
    Learner regression = new Learner(ModelSpec.single(1), Task.REGRESSION, 8, 0, 1);
    Learner optional = new Learner(manyOptions(), Task.MULTICLASS, 8, 3, 1);
    Learner wide = new Learner(wide(), Task.MULTICLASS, 8, 3, 1);
    float[] x = {1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f};
    float[] out = new float[3];
    int[] classes = {0, 2, 1, 1, 0, 2};
    double[] targets = {1, 5, 2, 3, 0, 9};
    float[] many = new float[classes.length * 8];
    float[] weights = {1f, 1f, 2f, 1f, 0.5f, 1f};
    float[] manyOut = new float[classes.length * 3];
    float[] losses = new float[classes.length];
    long fewest = Long.MAX_VALUE;
    for (int stretch = 0; stretch < STRETCHES && fewest > 0; stretch++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int call = 0; call < CALLS; call++) {
        x[call % 8] = call % 13;
        classifier.predict(x, 0, out);
        classifier.learnClass(x, 0, call % 3, 1f, out);
        optional.learnClass(x, 0, call % 3, 1f, out);
        wide.learnClass(x, 0, call % 3, 1f, out);
        regression.learnValue(x, 0, call % 5, 1f, out);
        many[call % many.length] = call % 11;
        optional.learnClasses(many, 0, classes.length, classes, weights, manyOut, losses);
        wide.learnClasses(many, 0, classes.length, classes, weights, manyOut, losses);
        regression.learnValues(many, 0, classes.length, targets, weights, manyOut, losses);
      }
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      fewest = Math.min(fewest, after - before);
    }
    System.out.println("bytes=" + fewest);
  }

  /** A learner with most options that add work to a step. */
  private static NetworkSpec manyOptions() {
    return NetworkSpec.of(new Optimizer.AdamW(0.001f, 0.9f, 0.999f, 1e-8f, 0.01f))
        .with(
            to -> {
              to.hidden = List.of(new LayerSpec(20, Activation.GELU, 0.2f, true));
              to.output = Activation.SOFTMAX;
              to.loss = Loss.CATEGORICAL_CROSSENTROPY;
              to.schedule = new Schedule.Cosine(1_000_000, 0.1f, 100);
              to.regularizer = new Regularizer(1e-5f, 1e-4f, 2f, 0.1f);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
              to.batchSize = 4;
              to.clipping = new Clipping(1f, 0.5f);
              to.seed = 1;
            });
  }

  /** A learner whose gradient goes through a layer that is summed in lanes. */
  private static NetworkSpec wide() {
    return NetworkSpec.of(new Optimizer.Sgd(0.01f, 0f))
        .with(
            to -> {
              to.hidden =
                  List.of(new LayerSpec(20, Activation.RELU), new LayerSpec(130, Activation.RELU));
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
              to.batchSize = 4;
              to.seed = 1;
            });
  }
}
