package dev.millrace.nn.auto;

import com.sun.management.ThreadMXBean;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Prints the fewest bytes that a stretch of calls allocated once the methods were compiled, of all
 * mixtures or, with the argument {@link #NETWORKS}, of networks with vectors of ids. A JVM for
 * each: with too many kinds of models in one, C2 gives up on some vectors.
 */
public final class AutoAllocationCheck {

  static final String NETWORKS = "networks";

  private static final int STRETCHES = 200;
  private static final int CALLS = 300;
  // Of each model, in turn.
  private static final int ROWS = 50;

  private AutoAllocationCheck() {}

  public static void main(String[] args) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<OnlineModel> models = args.length == 0 ? mixtures() : networks();
    OnlineModel[] all = models.toArray(OnlineModel[]::new);
    float[][] rows = new float[all.length][];
    for (int m = 0; m < all.length; m++) {
      rows[m] = new float[ROWS * all[m].inputs()];
      for (int r = 0; r < ROWS; r++) {
        AutoModels.row(all[m], r, rows[m], r * all[m].inputs());
      }
    }
    float[] out = new float[19];
    long fewest = Long.MAX_VALUE;
    for (int stretch = 0; stretch < STRETCHES && fewest > 0; stretch++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int call = 0; call < CALLS; call++) {
        for (int m = 0; m < all.length; m++) {
          OnlineModel model = all[m];
          int at = call % ROWS * model.inputs();
          model.predict(rows[m], at, out);
          if (model.classes() > 0) {
            model.learnClass(rows[m], at, call % model.classes(), 1f, out);
          } else {
            model.learnValue(rows[m], at, call % 5, 1f, out);
          }
        }
      }
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      fewest = Math.min(fewest, after - before);
    }
    System.out.println("bytes=" + fewest);
  }

  private static List<OnlineModel> mixtures() {
    List<OnlineModel> models = new ArrayList<>();
    for (AutoModels.Case one : AutoModels.cases()) {
      models.add(one.model());
      if (!one.hasIds() && one.auto().equals(new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 20))) {
        models.add(withANetwork(one));
      }
    }
    // Layer normalization has a check of its own: beside mixtures, the compiler of JDK 17 keeps
    // some of its vectors on the heap.
    return models;
  }

  private static List<OnlineModel> networks() {
    List<OnlineModel> models = new ArrayList<>();
    IdNetworks.cases().forEach(one -> models.add(one.model()));
    return models;
  }

  /** Two models of which one answers. */
  private static OnlineModel withANetwork(AutoModels.Case one) {
    SelectionSpec spec =
        new SelectionSpec(
            List.of(
                new NamedModel("network", ModelSpec.single(1)), new NamedModel("auto", one.spec())),
            "auto",
            true,
            new Promotion(false, 100, 50, 0.01),
            OnChange.REJECT);
    return Models.create(spec, one.task(), AutoModels.INPUTS, one.classes(), 7);
  }
}
