package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionReader.Variant;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Variants;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.Declaration;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.DriftPolicy.Action;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code drift}. */
final class DriftOptions {
  /** Detectors that warn before they report a drift. */
  private static final Set<Class<? extends DriftSpec>> WARNING =
      Set.of(DriftSpec.Ddm.class, DriftSpec.Eddm.class, DriftSpec.HddmA.class);

  /** Detectors that count wrong and right predictions, and cannot use losses. */
  private static final Set<Class<? extends DriftSpec>> COUNTING =
      Set.of(DriftSpec.Ddm.class, DriftSpec.Eddm.class);

  static final Variants<DriftSpec> DETECTORS =
      new Variants<>("drift.detector", DriftSpec.class, "name: adwin", "the detector");

  static final OptionGroup DRIFT_GROUP =
      new OptionGroup(
          "drift",
          "",
          "Detects drift of each key, in two ways. Drift of the input compares the recent values of"
              + " each feature with those before, needs no labels, and is on by default. Concept"
              + " drift, of what the features mean, needs a detector. The input of the detector is"
              + " 1 for a wrong class and 0 for a right one, or the loss of a regression, at most"
              + " 1. Only an increase is a drift: fewer errors trigger no event and no action. With"
              + " a detector, examples are learned one at a time.");
  static final Option<Boolean> INPUT =
      DRIFT_GROUP.option(
          "input",
          OptionTypes.flag(),
          true,
          "reports an event when the recent values of a feature differ from those before; off with"
              + " sets of labels and several targets");

  static {
    DRIFT_GROUP.declare(InputDriftSpec.class);
  }

  static final Option<YamlNode> DETECTOR =
      DRIFT_GROUP.optional(
          "detector", DETECTORS.type(), "none", "detector of concept drift, one for each key");

  static {
    DRIFT_GROUP.declare(DriftPolicy.class);
  }

  private static final Option<?> INPUT_THRESHOLD = DRIFT_GROUP.named("input-threshold");
  private static final Option<?> ACTION = DRIFT_GROUP.named("action");
  private static final Option<?> BOOST = DRIFT_GROUP.named("boost-factor");
  private static final Option<?> BOOST_STEPS = DRIFT_GROUP.named("boost-steps");

  private DriftOptions() {}

  /**
   * Returns the drift policy of a pipeline, null if it has none or it is invalid.
   *
   * @param model the model that learns
   * @param input whose tasks are null where they will be guessed
   */
  static @Nullable DriftPolicy read(OptionReader drift, ModelSpec model, InputSpec input) {
    if (!drift.has(DETECTOR)) {
      requireNone(drift);
      return null;
    }
    Variant<Class<? extends DriftSpec>> given = DETECTORS.in(drift, DETECTOR);
    DriftSpec detector = DriftSpec.Adwin.DEFAULT;
    boolean isValid = true;
    try {
      detector = Variants.read(given);
    } catch (IllegalArgumentException e) {
      drift.reject(DETECTOR, String.valueOf(e.getMessage()));
      isValid = false;
    }
    String name = Declaration.kind(given.name());
    DriftPolicy policy = drift.read(new DriftPolicy(name, detector, Action.EVENT, 1, 1));
    check(drift, given.name(), policy, model, input.modelTasks().contains(Task.REGRESSION));
    return isValid ? policy : null;
  }

  /** Rejects options of a detector if there is none. */
  private static void requireNone(OptionReader drift) {
    if (drift.mentions(DETECTOR)) {
      return; // an error already
    }
    for (Option<?> option : List.of(ACTION, BOOST, BOOST_STEPS)) {
      if (drift.mentions(option)) {
        drift.reject(
            option,
            "applies only to a detector. Add one, for example: detector: adwin, or remove it");
      }
    }
  }

  /** Returns how drift of the input is detected, null if it is not. */
  static @Nullable InputDriftSpec input(OptionReader drift, InputSpec input) {
    if (input.hasOutputs()) {
      for (Option<?> option : List.of(INPUT, INPUT_THRESHOLD)) {
        boolean isWanted =
            option == INPUT ? drift.has(INPUT) && drift.get(INPUT) : drift.has(option);
        if (isWanted) {
          drift.reject(
              option, "is not supported with sets of labels or several targets. Remove it");
        }
      }
      return null;
    }
    return drift.get(INPUT) ? drift.read(InputDriftSpec.class) : null;
  }

  private static void check(
      OptionReader drift,
      Class<? extends DriftSpec> detector,
      DriftPolicy policy,
      ModelSpec model,
      boolean isRegression) {
    checkAction(drift, detector, policy, model);
    Action action = policy.action();
    if (COUNTING.contains(detector) && isRegression) {
      drift.reject(
          DETECTOR,
          policy.name()
              + " needs wrong and right classes, but input.task is regression. Use adwin, hddm-a,"
              + " page-hinkley or kswin");
    }
    for (Option<?> option : List.of(BOOST, BOOST_STEPS)) {
      if (drift.mentions(option) && action != Action.BOOST_LEARNING_RATE) {
        drift.reject(
            option,
            "applies only to action boost-learning-rate, but the action is "
                + action.id()
                + ". Remove it");
      }
    }
  }

  private static void checkAction(
      OptionReader drift,
      Class<? extends DriftSpec> detector,
      DriftPolicy policy,
      ModelSpec model) {
    Action action = policy.action();
    boolean changesLayers = action == Action.BOOST_LEARNING_RATE || action == Action.RESET_HEAD;
    boolean several = model instanceof SelectionSpec;
    if (changesLayers && several) {
      drift.reject(
          ACTION,
          action.id()
              + " applies to one network, but there are several models. Use swap-in-challenger or"
              + " reset");
    }
    if (changesLayers && model instanceof AutoModelSpec) {
      drift.reject(
          ACTION,
          action.id()
              + " needs a network of layers, but the model is auto. Define one (model:"
              + " layers), or use reset");
    }
    if (action == Action.BOOST_LEARNING_RATE) {
      checkBoost(drift, policy, model);
    }
    if (action == Action.SWAP_IN_CHALLENGER && !several && !WARNING.contains(detector)) {
      drift.reject(
          ACTION,
          "swap-in-challenger needs a detector that warns, but "
              + policy.name()
              + " does not. Add several models (models), or use ddm, eddm or hddm-a, or the"
              + " action reset");
    }
  }

  private static void checkBoost(OptionReader drift, DriftPolicy policy, ModelSpec model) {
    if (optimizers(model).anyMatch(Optimizer.Ftrl.class::isInstance)) {
      drift.reject(
          ACTION,
          "boost-learning-rate has no effect with ftrl, whose step follows from all gradients so"
              + " far. Use another optimizer, reset-head or reset");
    }
    if (optimizers(model)
        .anyMatch(
            one -> one instanceof Optimizer.AdamW adam && adam.decay() * policy.boost() > 1)) {
      drift.reject(
          BOOST,
          "times weight-decay and learning-rate of adamw must be at most 1, or weights grow with"
              + " each boosted step");
    }
  }

  private static Stream<Optimizer> optimizers(ModelSpec model) {
    return model.each().stream()
        .filter(NetworkSpec.class::isInstance)
        .map(one -> ((NetworkSpec) one).optimizer());
  }
}
