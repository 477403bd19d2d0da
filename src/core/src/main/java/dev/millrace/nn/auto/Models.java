package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.ModelWeights;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.selection.ChampionChallengerReader;
import dev.millrace.nn.selection.ModelFactory;
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
        network -> network(network, task, inputs, classes, keySeed),
        auto ->
            auto.start() == null
                ? AutoLearner.create(auto, task, inputs, classes, keySeed)
                : AutoLearner.startingFrom(auto.start().stored(), auto, task, keySeed, shared),
        selection -> ChampionChallenger.create(selection, task, inputs, classes, keySeed, FACTORY));
  }

  private static Learner network(
      NetworkModelSpec spec, Task task, int inputs, int classes, long keySeed) {
    if (!spec.indicators().ids().isEmpty()) {
      throw new IllegalArgumentException("a network does not learn columns of ids; auto does");
    }
    ModelWeights start = spec.start() == null ? null : spec.start().weights();
    if (start == null) {
      return new Learner(spec.forTask(task), task, inputs, classes, keySeed);
    }
    NetworkModelSpec ofStart = spec.withIndicators(spec.indicators().orElse(start.indicators()));
    Learner learner = new Learner(ofStart.forTask(task), task, inputs, classes, keySeed);
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
        network -> Learner.read(in, network.forTask(task), task, shared),
        auto -> AutoLearner.read(in, auto, task, shared),
        selection -> ChampionChallengerReader.read(in, selection, task, shared, FACTORY));
  }

  /** Returns true if a classifier's outputs are probabilities. */
  public static boolean givesProbabilities(ModelSpec spec, Task task) {
    for (ModelSpec one : spec.each()) {
      if (one instanceof NetworkModelSpec network
          && !network.forTask(task).network().loss().isCrossEntropy()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the bytes in memory of what a model has learned and of its optimizer.
   *
   * @param classes ignored for regression
   */
  public static long modelBytes(ModelSpec spec, Task task, int inputs, int classes) {
    return spec.match(
        network -> network.forTask(task).modelBytes(task, inputs, classes),
        auto -> AutoLearner.modelBytes(auto, task, inputs, classes),
        selection ->
            selection.each().stream()
                .mapToLong(one -> modelBytes(one, task, inputs, classes))
                .sum());
  }
}
