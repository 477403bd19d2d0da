package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.prequential.DriftPolicy;
import dev.millrace.prequential.DriftPolicy.Action;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code drift}. */
final class DriftOptions {
  /** Names of the detectors in pipeline files. */
  enum DetectorName {
    ADWIN,
    DDM,
    EDDM,
    HDDM_A,
    PAGE_HINKLEY,
    KSWIN;

    /** Returns true if the detector warns before it reports a drift. */
    boolean warns() {
      return this == DDM || this == EDDM || this == HDDM_A;
    }

    /** Returns true if the detector counts wrong and right predictions, and cannot use losses. */
    boolean countsErrors() {
      return this == DDM || this == EDDM;
    }
  }

  private static final OptionType<DetectorName> NAMES =
      OptionTypes.choice(KebabCase::of, DetectorName.values());
  private static final OptionType<Float> SHARE = OptionTypes.aboveAndUpTo(0, 0.5f);

  static final OptionGroup DRIFT_GROUP =
      new OptionGroup(
          "drift",
          "",
          "Detects drift of each key, in two ways. Drift of the input compares the recent values of each"
              + " feature with those before, needs no labels, and is on by default. Concept drift, of"
              + " what the features mean, needs a detector. The input of the detector is 1 for a wrong"
              + " class and 0 for a right one, or the loss of a regression, at most 1. Only an increase is"
              + " a drift: fewer errors trigger no event and no action. With a detector, examples are"
              + " learned one at a time.");
  static final Option<Boolean> INPUT =
      DRIFT_GROUP.option(
          "input",
          OptionTypes.flag(),
          true,
          "reports an event when the recent values of a feature differ from those before; off with sets"
              + " of labels and several targets");
  static final Option<Float> INPUT_THRESHOLD =
      DRIFT_GROUP.option(
          "input-threshold",
          OptionTypes.between(0.01f, 100),
          0.1f,
          "min population stability index of a drift of the input: 0.1 is a small change, 0.25 a large"
              + " one");
  static final Option<YamlNode> DETECTOR =
      DRIFT_GROUP.optional(
          "detector",
          Structures.wordOrMap(NAMES),
          "none",
          "detector of concept drift, one for each key");
  static final Option<Action> ACTION =
      DRIFT_GROUP.option(
          "action",
          OptionTypes.choice(Action::id, Action.values()),
          Action.EVENT,
          "action after a drift, in addition to the event; swap-in-challenger promotes the best of the"
              + " other models, or without models one that has learned since the detector warned, which"
              + " ddm, eddm and hddm-a do");
  static final Option<Float> BOOST =
      DRIFT_GROUP.option(
          "boost-factor",
          OptionTypes.between(1, 100),
          3f,
          "boost-learning-rate: factor of the learning rate");
  static final Option<Long> BOOST_STEPS =
      DRIFT_GROUP.option(
          "boost-steps",
          OptionTypes.wideWhole(1, 1_000_000_000L),
          500L,
          "boost-learning-rate: number of steps with the increased learning rate");
  static final Option<DetectorName> NAME =
      Option.required("name", NAMES, "name: adwin", "the detector");

  static final OptionGroup ADWIN_GROUP =
      group(
          "adwin",
          "Adaptive windowing (Bifet and Gavaldà, 2007): an increase of the mean between two parts of"
              + " a window of adaptive length.",
          NAME);
  static final Option<Float> DELTA =
      ADWIN_GROUP.option("delta", SHARE, 0.002f, "max probability of a false alarm at one check");
  static final Option<Integer> DDM_EXAMPLES =
      Option.of(
          "min-examples",
          OptionTypes.whole(1, 1_000_000),
          30,
          "min number of examples before the first signal");

  static final OptionGroup DDM_GROUP =
      group(
          "ddm",
          "Drift detection method (Gama et al., 2004): a sudden increase of the error rate.",
          NAME,
          DDM_EXAMPLES);
  static final Option<Float> DDM_WARNING =
      DDM_GROUP.option(
          "warning-threshold",
          OptionTypes.between(0.1f, 100),
          2f,
          "standard deviations above the lowest error rate that cause a warning");
  static final Option<Float> DDM_DRIFT =
      DDM_GROUP.option(
          "drift-threshold",
          OptionTypes.between(0.1f, 100),
          3f,
          "standard deviations above the lowest error rate that are a drift");

  static final OptionGroup EDDM_GROUP =
      group(
          "eddm",
          "Early drift detection method (Baena-García et al., 2006): decreasing distances"
              + " between errors.",
          NAME);
  static final Option<Integer> EDDM_ERRORS =
      EDDM_GROUP.option(
          "min-errors",
          OptionTypes.whole(1, 1_000_000),
          30,
          "min number of errors before the first signal");
  static final Option<Float> EDDM_WARNING =
      EDDM_GROUP.option(
          "warning-threshold",
          OptionTypes.aboveAndUpTo(0, 0.999f),
          0.95f,
          "fraction of the largest distance between errors below which the detector warns");
  static final Option<Float> EDDM_DRIFT =
      EDDM_GROUP.option(
          "drift-threshold",
          OptionTypes.aboveAndUpTo(0, 0.999f),
          0.9f,
          "fraction of the largest distance between errors below which there is a drift");

  static final OptionGroup HDDM_A_GROUP =
      group("hddm-a", "Hoeffding's bound on averages (Frías-Blanco et al., 2015).", NAME);
  static final Option<Float> HDDM_WARNING =
      HDDM_A_GROUP.option("warning-confidence", SHARE, 0.005f, "probability of a false warning");
  static final Option<Float> HDDM_DRIFT =
      HDDM_A_GROUP.option("drift-confidence", SHARE, 0.001f, "probability of a false drift");
  static final Option<Boolean> TWO_SIDED =
      HDDM_A_GROUP.option(
          "two-sided-test",
          OptionTypes.flag(),
          true,
          "restarts, without a signal, when the errors decrease");

  static final OptionGroup PAGE_HINKLEY_GROUP =
      group(
          "page-hinkley",
          "Page-Hinkley test (Page, 1954): an increase of the mean, summed above its running minimum.",
          NAME,
          DDM_EXAMPLES);
  static final Option<Float> PH_DELTA =
      PAGE_HINKLEY_GROUP.option(
          "delta", OptionTypes.between(0, 1), 0.005f, "increase of the mean that is tolerated");
  static final Option<Float> PH_THRESHOLD =
      PAGE_HINKLEY_GROUP.option(
          "threshold",
          OptionTypes.aboveAndUpTo(0, 1e6f),
          50f,
          "max distance of the sum from its running minimum");
  static final Option<Float> PH_ALPHA =
      PAGE_HINKLEY_GROUP.option(
          "alpha",
          OptionTypes.aboveAndUpTo(0, 1),
          0.9999f,
          "decay factor of the sum and its minimum for each example; 1 is Page's test");

  static final OptionGroup KSWIN_GROUP =
      group(
          "kswin",
          "Kolmogorov-Smirnov windowing (Raab et al., 2020): a different distribution with a higher"
              + " mean.",
          NAME);
  static final Option<Float> KSWIN_ALPHA =
      KSWIN_GROUP.option("alpha", SHARE, 0.005f, "probability of a false alarm at one test");
  static final Option<Integer> KSWIN_WINDOW =
      KSWIN_GROUP.option(
          "window-size", OptionTypes.whole(10, 100_000), 100, "number of errors in the window");
  static final Option<Integer> KSWIN_RECENT =
      KSWIN_GROUP.option(
          "stat-size",
          OptionTypes.whole(5, 1_000),
          30,
          "number of latest errors that are compared with a sample of the others");
  static final Option<Integer> KSWIN_SEED =
      KSWIN_GROUP.option("seed", OptionTypes.whole(0, Integer.MAX_VALUE), 0, "seed of the samples");

  private DriftOptions() {}

  private static OptionGroup group(String name, String documentation, Option<?>... shared) {
    return new OptionGroup("drift.detector", "name: " + name, documentation, shared);
  }

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
    OptionReader.Variant<DetectorName> own =
        drift.variant(DETECTOR, NAME, DriftOptions::group, DetectorName.ADWIN);
    DetectorName name = own.name();
    Action action = drift.get(ACTION);
    check(drift, name, action, model, input.modelTasks().contains(Task.REGRESSION));
    DriftSpec detector;
    try {
      detector = detector(name, own.options());
    } catch (IllegalArgumentException e) {
      drift.reject(DETECTOR, String.valueOf(e.getMessage()));
      return null;
    }
    return new DriftPolicy(
        KebabCase.of(name), detector, action, drift.get(BOOST), drift.get(BOOST_STEPS));
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
    return drift.get(INPUT) ? new InputDriftSpec(drift.exact(INPUT_THRESHOLD)) : null;
  }

  private static void check(
      OptionReader drift, DetectorName name, Action action, ModelSpec model, boolean isRegression) {
    boolean ofLayers = action == Action.BOOST_LEARNING_RATE || action == Action.RESET_HEAD;
    boolean several = model instanceof SelectionSpec;
    if (ofLayers && several) {
      drift.reject(
          ACTION,
          action.id()
              + " applies to one network, but there are several models. Use swap-in-challenger or reset");
    }
    if (ofLayers && model instanceof AutoModelSpec) {
      drift.reject(
          ACTION,
          action.id()
              + " needs a network of layers, but the model is auto. Define one (model:"
              + " layers), or use reset");
    }
    if (action == Action.BOOST_LEARNING_RATE
        && optimizers(model).anyMatch(Optimizer.Ftrl.class::isInstance)) {
      drift.reject(
          ACTION,
          "boost-learning-rate has no effect with ftrl, whose step follows from all gradients so far."
              + " Use another optimizer, reset-head or reset");
    }
    if (action == Action.BOOST_LEARNING_RATE
        && optimizers(model)
            .anyMatch(
                one ->
                    one instanceof Optimizer.AdamW adam && adam.decay() * drift.get(BOOST) > 1)) {
      drift.reject(
          BOOST,
          "times weight-decay and learning-rate of adamw must be at most 1, or weights grow with"
              + " each boosted step");
    }
    if (action == Action.SWAP_IN_CHALLENGER && !several && !name.warns()) {
      drift.reject(
          ACTION,
          "swap-in-challenger needs a detector that warns, but "
              + KebabCase.of(name)
              + " does not. Add several models (models), or use ddm, eddm or hddm-a, or the"
              + " action reset");
    }
    if (name.countsErrors() && isRegression) {
      drift.reject(
          DETECTOR,
          KebabCase.of(name)
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

  private static Stream<Optimizer> optimizers(ModelSpec model) {
    return model.each().stream()
        .filter(NetworkModelSpec.class::isInstance)
        .map(one -> ((NetworkModelSpec) one).optimizer());
  }

  private static OptionGroup group(DetectorName name) {
    return switch (name) {
      case ADWIN -> ADWIN_GROUP;
      case DDM -> DDM_GROUP;
      case EDDM -> EDDM_GROUP;
      case HDDM_A -> HDDM_A_GROUP;
      case PAGE_HINKLEY -> PAGE_HINKLEY_GROUP;
      case KSWIN -> KSWIN_GROUP;
    };
  }

  private static DriftSpec detector(DetectorName name, OptionReader options) {
    return switch (name) {
      case ADWIN -> new DriftSpec.Adwin(options.exact(DELTA));
      case DDM ->
          new DriftSpec.Ddm(
              options.get(DDM_EXAMPLES), options.exact(DDM_WARNING), options.exact(DDM_DRIFT));
      case EDDM ->
          new DriftSpec.Eddm(
              options.get(EDDM_ERRORS), options.exact(EDDM_WARNING), options.exact(EDDM_DRIFT));
      case HDDM_A ->
          new DriftSpec.HddmA(
              options.exact(HDDM_WARNING), options.exact(HDDM_DRIFT), options.get(TWO_SIDED));
      case PAGE_HINKLEY ->
          new DriftSpec.PageHinkley(
              options.get(DDM_EXAMPLES),
              options.exact(PH_DELTA),
              options.exact(PH_THRESHOLD),
              options.exact(PH_ALPHA));
      case KSWIN ->
          new DriftSpec.Kswin(
              options.exact(KSWIN_ALPHA),
              options.get(KSWIN_WINDOW),
              options.get(KSWIN_RECENT),
              options.get(KSWIN_SEED));
    };
  }
}
