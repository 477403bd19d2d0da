package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.nn.AutoModelSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.SelectionSpec;
import dev.millrace.prequential.DriftPolicy;
import dev.millrace.prequential.DriftPolicy.Action;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The options of {@code drift}, and their reader. */
final class DriftOptions {
  /** The detectors by the name that pipeline files give them. */
  enum DetectorName {
    ADWIN,
    DDM,
    EDDM,
    HDDM_A,
    PAGE_HINKLEY,
    KSWIN;

    /** Whether it warns before it is sure. */
    boolean warns() {
      return this == DDM || this == EDDM || this == HDDM_A;
    }

    /** Whether it makes sense of hits and errors alone. */
    boolean countsErrors() {
      return this == DDM || this == EDDM;
    }
  }

  private static final OptionType<DetectorName> NAMES =
      OptionTypes.choice(KebabCase::of, DetectorName.values());
  private static final OptionType<Float> SHARE = OptionTypes.aboveAndUpTo(0, 0.5f);

  static final Option<YamlNode> DETECTOR =
      Option.required(
          "detector",
          Structures.wordOrMap(NAMES),
          "detector: adwin",
          "drift detector, one for each key");
  static final Option<Action> ACTION =
      Option.of(
          "action",
          OptionTypes.choice(Action::id, Action.values()),
          Action.EVENT,
          "what is done after a drift, beside the event; swap-in-challenger takes the best of the"
              + " other models, or without models one that learned since the detector warned, which"
              + " ddm, eddm and hddm-a do");
  static final Option<Float> BOOST =
      Option.of("boost-factor", OptionTypes.between(1, 100), 3f, "boost-learning-rate: the factor");
  static final Option<Long> BOOST_STEPS =
      Option.of(
          "boost-steps",
          OptionTypes.wideWhole(1, 1_000_000_000L),
          500L,
          "boost-learning-rate: for so many steps");

  static final Option<DetectorName> NAME =
      Option.required("name", NAMES, "name: adwin", "the detector");
  static final Option<Float> DELTA =
      Option.of("delta", SHARE, 0.002f, "bound on the probability of a false alarm at one check");
  static final Option<Integer> DDM_EXAMPLES =
      Option.of(
          "min-examples", OptionTypes.whole(1, 1_000_000), 30, "examples before the first signal");
  static final Option<Float> DDM_WARNING =
      Option.of(
          "warning-threshold",
          OptionTypes.between(0.1f, 100),
          2f,
          "deviations above the lowest rate that warn");
  static final Option<Float> DDM_DRIFT =
      Option.of(
          "drift-threshold", OptionTypes.between(0.1f, 100), 3f, "deviations that are a drift");
  static final Option<Integer> EDDM_ERRORS =
      Option.of(
          "min-errors", OptionTypes.whole(1, 1_000_000), 30, "errors before the first signal");
  static final Option<Float> EDDM_WARNING =
      Option.of(
          "warning-threshold",
          OptionTypes.aboveAndUpTo(0, 0.999f),
          0.95f,
          "share of the largest distance between errors below which is a warning");
  static final Option<Float> EDDM_DRIFT =
      Option.of(
          "drift-threshold",
          OptionTypes.aboveAndUpTo(0, 0.999f),
          0.9f,
          "share below which is a drift");
  static final Option<Float> HDDM_WARNING =
      Option.of("warning-confidence", SHARE, 0.005f, "probability of a false warning");
  static final Option<Float> HDDM_DRIFT =
      Option.of("drift-confidence", SHARE, 0.001f, "probability of a false drift");
  static final Option<Boolean> TWO_SIDED =
      Option.of(
          "two-sided-test",
          OptionTypes.flag(),
          true,
          "restart, without a signal, when errors get fewer");
  static final Option<Float> PH_DELTA =
      Option.of("delta", OptionTypes.between(0, 1), 0.005f, "rise of the mean that is tolerated");
  static final Option<Float> PH_THRESHOLD =
      Option.of(
          "threshold",
          OptionTypes.aboveAndUpTo(0, 1e6f),
          50f,
          "how far the sum may rise above its running minimum");
  static final Option<Float> PH_ALPHA =
      Option.of(
          "alpha",
          OptionTypes.aboveAndUpTo(0, 1),
          0.9999f,
          "factor that forgets the sum and its minimum, at each example; 1 is Page's test");
  static final Option<Float> KSWIN_ALPHA =
      Option.of("alpha", SHARE, 0.005f, "probability of a false alarm at one test");
  static final Option<Integer> KSWIN_WINDOW =
      Option.of("window-size", OptionTypes.whole(10, 100_000), 100, "errors that are kept");
  static final Option<Integer> KSWIN_RECENT =
      Option.of(
          "stat-size",
          OptionTypes.whole(5, 1_000),
          30,
          "the last of them, compared with a sample of the others");
  static final Option<Integer> KSWIN_SEED =
      Option.of("seed", OptionTypes.whole(0, Integer.MAX_VALUE), 0, "of the samples");

  static final OptionGroup DRIFT_GROUP =
      new OptionGroup(
          "drift",
          "",
          "Detects concept drift of each key; off unless given. The detector sees 1 for a wrong class"
              + " and 0 for a right one, for a regression the loss, at most 1. Only a rise is a drift:"
              + " errors that become fewer trigger no event and no action. With a detector, examples"
              + " are learned one at a time.",
          List.of(DETECTOR, ACTION, BOOST, BOOST_STEPS));
  static final OptionGroup ADWIN_GROUP =
      group(
          "adwin",
          "Adaptive windowing (Bifet and Gavaldà, 2007): a rise of the mean between two parts of a"
              + " window whose length adapts.",
          List.of(NAME, DELTA));
  static final OptionGroup DDM_GROUP =
      group(
          "ddm",
          "Drift detection method (Gama et al., 2004): a sudden rise of the error rate.",
          List.of(NAME, DDM_EXAMPLES, DDM_WARNING, DDM_DRIFT));
  static final OptionGroup EDDM_GROUP =
      group(
          "eddm",
          "Early drift detection method (Baena-García et al., 2006): errors that follow one"
              + " another ever sooner.",
          List.of(NAME, EDDM_ERRORS, EDDM_WARNING, EDDM_DRIFT));
  static final OptionGroup HDDM_A_GROUP =
      group(
          "hddm-a",
          "Hoeffding's bound on averages (Frías-Blanco et al., 2015).",
          List.of(NAME, HDDM_WARNING, HDDM_DRIFT, TWO_SIDED));
  static final OptionGroup PAGE_HINKLEY_GROUP =
      group(
          "page-hinkley",
          "Page-Hinkley test (Page, 1954): a rise of the mean, summed above its running minimum.",
          List.of(NAME, DDM_EXAMPLES, PH_DELTA, PH_THRESHOLD, PH_ALPHA));
  static final OptionGroup KSWIN_GROUP =
      group(
          "kswin",
          "Kolmogorov-Smirnov windowing (Raab et al., 2020): another distribution with a higher"
              + " mean.",
          List.of(NAME, KSWIN_ALPHA, KSWIN_WINDOW, KSWIN_RECENT, KSWIN_SEED));

  private DriftOptions() {}

  private static OptionGroup group(String name, String meaning, List<Option<?>> options) {
    return new OptionGroup("drift.detector", "name: " + name, meaning, options);
  }

  /**
   * The plan of a pipeline.
   *
   * @param model what learns
   * @param task null if it will be guessed
   */
  static DriftPolicy read(OptionReader drift, ModelSpec model, Task task, ConfigErrors problems) {
    if (drift.given(DETECTOR) == null) {
      return null; // refused
    }
    Mapping own = drift.mapOf(DETECTOR, NAME);
    Entry entry = own.entries().get(NAME.name());
    DetectorName name;
    try {
      name = entry == null ? DetectorName.ADWIN : NAMES.read(entry.value());
    } catch (OptionType.Refusal e) {
      // The reader below says so, and that is the one problem.
      own = new Mapping(Map.of(NAME.name(), entry), own.line());
      name = DetectorName.ADWIN;
    }
    Action action = drift.get(ACTION);
    check(drift, name, action, model, task);
    OptionReader options = new OptionReader(drift.name(DETECTOR), own, group(name), problems);
    DriftSpec detector;
    try {
      detector = detector(name, options);
    } catch (IllegalArgumentException e) {
      drift.refuse(DETECTOR, e.getMessage());
      return null;
    }
    return new DriftPolicy(
        KebabCase.of(name), detector, action, drift.get(BOOST), drift.get(BOOST_STEPS));
  }

  private static void check(
      OptionReader drift, DetectorName name, Action action, ModelSpec model, Task task) {
    boolean ofLayers = action == Action.BOOST_LEARNING_RATE || action == Action.RESET_HEAD;
    boolean several = model instanceof SelectionSpec;
    if (ofLayers && several) {
      drift.refuse(
          ACTION,
          action.id()
              + " is for one network, but there are models. Take swap-in-challenger, or reset");
    }
    if (ofLayers && model instanceof AutoModelSpec) {
      drift.refuse(
          ACTION,
          action.id()
              + " needs a network of your own, but the model is auto. Write one out (model:"
              + " layers), or take reset");
    }
    if (action == Action.BOOST_LEARNING_RATE
        && optimizers(model).anyMatch(Optimizer.Ftrl.class::isInstance)) {
      drift.refuse(
          ACTION,
          "boost-learning-rate does nothing for ftrl, whose step follows from all gradients so far."
              + " Take another optimizer, reset-head or reset");
    }
    if (action == Action.BOOST_LEARNING_RATE
        && optimizers(model)
            .anyMatch(
                one ->
                    one instanceof Optimizer.AdamW adam && adam.decay() * drift.get(BOOST) > 1)) {
      drift.refuse(
          BOOST,
          "times weight-decay and learning-rate of adamw must be at most 1, or weights grow with"
              + " each boosted step");
    }
    if (action == Action.SWAP_IN_CHALLENGER && !several && !name.warns()) {
      drift.refuse(
          ACTION,
          "swap-in-challenger needs a detector that warns, but "
              + KebabCase.of(name)
              + " does not. Name several models with models, or take ddm, eddm or hddm-a, or the"
              + " action reset");
    }
    if (name.countsErrors() && task == Task.REGRESSION) {
      drift.refuse(
          DETECTOR,
          KebabCase.of(name)
              + " counts wrong classes, but input.task is regression. Take adwin, hddm-a,"
              + " page-hinkley or kswin");
    }
    for (Option<?> option : List.of(BOOST, BOOST_STEPS)) {
      if (drift.mentions(option) && action != Action.BOOST_LEARNING_RATE) {
        drift.refuse(
            option,
            "goes only with action boost-learning-rate, but that is "
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
      case ADWIN -> new DriftSpec.Adwin(exact(options, DELTA));
      case DDM ->
          new DriftSpec.Ddm(
              options.get(DDM_EXAMPLES), exact(options, DDM_WARNING), exact(options, DDM_DRIFT));
      case EDDM ->
          new DriftSpec.Eddm(
              options.get(EDDM_ERRORS), exact(options, EDDM_WARNING), exact(options, EDDM_DRIFT));
      case HDDM_A ->
          new DriftSpec.HddmA(
              exact(options, HDDM_WARNING), exact(options, HDDM_DRIFT), options.get(TWO_SIDED));
      case PAGE_HINKLEY ->
          new DriftSpec.PageHinkley(
              options.get(DDM_EXAMPLES),
              exact(options, PH_DELTA),
              exact(options, PH_THRESHOLD),
              exact(options, PH_ALPHA));
      case KSWIN ->
          new DriftSpec.Kswin(
              exact(options, KSWIN_ALPHA),
              options.get(KSWIN_WINDOW),
              options.get(KSWIN_RECENT),
              options.get(KSWIN_SEED));
    };
  }

  /** The decimal as it was written, not its nearest float. */
  private static double exact(OptionReader options, Option<Float> option) {
    return Double.parseDouble(Float.toString(options.get(option)));
  }
}
