package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.ids.IdEmbeddings;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.selection.ChampionChallengerReader;
import dev.millrace.nn.selection.ModelFactory;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.stored.ModelMismatchException;
import java.io.DataInput;
import java.io.IOException;

/** Creates and reads the kind of model that a specification describes. */
@PublicApi
public final class Models {

  private static final ModelFactory FACTORY =
      new ModelFactory() {
        @Override
        public OnlineModel create(
            ModelSpec spec, Task task, int inputs, int classes, long keySeed) {
          return Models.create(spec, task, inputs, classes, keySeed);
        }

        @Override
        public OnlineModel read(BoundedDataInput in, ModelSpec spec, Task task, Workspace shared)
            throws IOException {
          return Models.read(in, spec, task, shared);
        }
      };

  private Models() {}

  /**
   * Creates a model that has learned nothing, or a copy of the one that the specification starts
   * from.
   *
   * @param inputs features, at least 1
   * @param classes known now, ignored for regression
   * @param keySeed makes the initial weights of this model differ from those of other keys
   * @throws IllegalArgumentException if the specification does not fit the task
   */
  public static OnlineModel create(
      ModelSpec spec, Task task, int inputs, int classes, long keySeed) {
    return create(spec, task, inputs, classes, keySeed, new Workspace());
  }

  /** Creates a model; all that share the workspace read the one to start from once. */
  public static OnlineModel create(
      ModelSpec spec, Task task, int inputs, int classes, long keySeed, Workspace shared) {
    return spec.match(
        network -> network(network, task, inputs, classes, keySeed, shared),
        auto ->
            auto.start() == null
                ? AutoLearner.create(auto, task, inputs, classes, keySeed)
                : AutoLearner.startingFrom(auto.start().stored(), auto, task, keySeed, shared),
        selection -> ChampionChallenger.create(selection, task, inputs, classes, keySeed, FACTORY));
  }

  private static Learner network(
      NetworkSpec spec, Task task, int inputs, int classes, long keySeed, Workspace shared) {
    if (spec.start() instanceof ModelStart.StoredStart stored) {
      return StartReader.read(
              stored.stored(), task, Learner.class, shared, in -> network(in, spec, task, shared))
          .startOf(keySeed);
    }
    if (!(spec.start() instanceof ModelStart.NetworkStart network)) {
      return new Learner(spec, task, inputs, classes, keySeed, IdEmbeddings::new);
    }
    ModelWeights start = network.weights();
    NetworkSpec started = spec.withUndeclared(start.indicators());
    Learner learner = new Learner(started, task, inputs, classes, keySeed);
    learner.startFrom(start);
    return learner;
  }

  /**
   * Reads what {@link OnlineModel#write} wrote. Of several models, where {@code spec} describes one
   * alone, it reads the champion if it is of that kind, else the first that is.
   *
   * @param shared scratch shared with other models of the thread
   * @throws ModelMismatchException if {@code spec} describes another model, naming both
   * @throws IOException if the bytes are of a newer version, or damaged
   */
  public static OnlineModel read(BoundedDataInput in, ModelSpec spec, Task task, Workspace shared)
      throws IOException {
    if (!(spec instanceof SelectionSpec) && ChampionChallengerReader.isNext(in)) {
      return ChampionChallengerReader.readOne(in, spec, task, shared, FACTORY);
    }
    return spec.<OnlineModel, IOException>match(
        network -> network(in, network, task, shared),
        auto -> AutoLearner.read(in, auto, task, shared),
        selection -> ChampionChallengerReader.read(in, selection, task, shared, FACTORY));
  }

  private static Learner network(DataInput in, NetworkSpec spec, Task task, Workspace shared)
      throws IOException {
    return Learner.read(in, spec, task, shared, IdEmbeddings::new);
  }

  /** Returns true if a classifier's outputs are probabilities. */
  public static boolean givesProbabilities(ModelSpec spec, Task task) {
    for (ModelSpec one : spec.each()) {
      if (one instanceof NetworkSpec network && !network.loss(task).isCrossEntropy()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the bytes in memory that an id takes at most in a model that has columns of ids.
   *
   * @param classes ignored unless there are several
   */
  public static long bytesOfId(ModelSpec spec, Task task, int classes) {
    return spec.match(
        network -> IdEmbeddings.bytesOfId(network.dimension()),
        auto -> IdLayout.bytesOfId(task, classes),
        selection ->
            selection.each().stream().mapToLong(one -> bytesOfId(one, task, classes)).sum());
  }

  /**
   * Returns the bytes in memory of what a model that knows no id has learned and of its optimizer.
   *
   * @param classes ignored for regression
   */
  public static long modelBytes(ModelSpec spec, Task task, int inputs, int classes) {
    return spec.match(
        network -> Learner.modelBytes(network, task, inputs, classes),
        auto -> AutoLearner.modelBytes(auto, task, inputs, classes),
        selection ->
            selection.each().stream()
                .mapToLong(one -> modelBytes(one, task, inputs, classes))
                .sum());
  }
}
