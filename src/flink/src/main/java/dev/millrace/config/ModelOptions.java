package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.Activation;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.LearnerSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.Normalization;
import java.util.List;

/** The options of {@code model}; see {@link PipelineOptions}. */
final class ModelOptions {
  private static final OptionType<Float> RATE = OptionTypes.aboveAndUpTo(0, 10);
  private static final OptionType<Float> DECAY = OptionTypes.atLeastAndBelow(0, 1);
  private static final OptionType<Float> EPSILON = OptionTypes.between(LearnerSpec.MIN_EPSILON, 1);
  private static final OptionType<Float> PENALTY = OptionTypes.between(0, 1000);
  private static final OptionType<Float> CLIP_AT = OptionTypes.between(0, 1_000_000);

  /** The optimizers by the name that pipeline files give them. */
  enum OptimizerName {
    SGD,
    RMSPROP,
    ADAM,
    ADAMW,
    ADAGRAD,
    FTRL
  }

  private static final OptionType<OptimizerName> OPTIMIZER_KIND =
      OptionTypes.choice(KebabCase::of, OptimizerName.values());
  private static final OptionType<Normalization.Kind> NORMALIZATION_KINDS =
      OptionTypes.choice(
          Normalization.Kind::id,
          Normalization.Kind.STANDARD,
          Normalization.Kind.MINMAX,
          Normalization.Kind.NONE);

  /** The hidden layers of a model map that names none. */
  static final List<LayerSpec> DEFAULT_LAYERS = List.of(new LayerSpec(32, Activation.TANH));

  static final Option<YamlNode> LAYERS =
      Option.open(
          "layers",
          Structures.structure("a list of layers", Sequence.class),
          "[{ units: 32, activation: tanh }]",
          "the hidden layers, from the input on; an empty list is a linear model");
  static final Option<Activation> OUTPUT_ACTIVATION =
      Option.open(
          "output",
          OptionTypes.choice(Activation::id, Activation.values()),
          "softmax; linear for regression",
          "activation of the output layer");
  static final Option<Loss> LOSS =
      Option.open(
          "loss",
          OptionTypes.choice(Loss::id, Loss.values()),
          "categorical_crossentropy; huber for regression",
          "how wrong one prediction is");
  static final Option<YamlNode> OPTIMIZER =
      Option.of(
          "optimizer",
          Structures.wordOrMap(OPTIMIZER_KIND),
          new Scalar("sgd", 0),
          "how a gradient becomes a change of the weights");
  static final Option<Float> LEARNING_RATE =
      Option.open(
          "learning-rate", RATE, "by optimizer", "the step size; short for optimizer's own");
  static final Option<Integer> BATCH_SIZE =
      Option.of("batch-size", OptionTypes.whole(1, 65_536), 1, "examples in one update");
  static final Option<Float> L1 = Option.of("l1", PENALTY, 0f, "LASSO penalty on the weights");
  static final Option<Float> L2 = Option.of("l2", PENALTY, 0f, "Ridge penalty on the weights");
  static final Option<Float> LABEL_SMOOTHING =
      Option.of(
          "label-smoothing",
          DECAY,
          0f,
          "cross-entropies: share of the target that all classes get alike; 0 is off");
  static final Option<Float> MAX_NORM =
      Option.of(
          "max-norm",
          CLIP_AT,
          0f,
          "longest vector of weights into one neuron, after each step; 0 is off");
  static final Option<Float> CLIP_VALUE =
      Option.of(
          "clip-value",
          CLIP_AT,
          0f,
          "max magnitude of an element of a mini-batch's gradient; 0 is off");
  static final Option<YamlNode> CLASS_WEIGHTS =
      Option.open(
          "class-weights",
          Structures.wordOrMap(OptionTypes.text("balanced", "balanced")),
          "1 each",
          "what the weights of a class's examples are multiplied by, such as { fraud: 10 };"
              + " balanced makes all classes weigh the same, by their shares so far");
  static final OptionType<Float> CLASS_WEIGHT = OptionTypes.between(0, 1_000_000);
  static final Option<YamlNode> NORMALIZATION =
      Option.of(
          "normalization",
          Structures.wordOrMap(NORMALIZATION_KINDS),
          new Scalar("standard", 0),
          "how features are brought to a common scale; one-hot, hashed and boolean ones,"
              + " and marks of missing values, keep their 0 and 1");
  static final Option<Float> CLIP =
      Option.of(
          "clip",
          CLIP_AT,
          10f,
          "gradient clipping: max L2 norm of an example's gradient, in multiples of the error of its"
              + " outputs, so that rare classes keep their probabilities; also limits steps of sgd"
              + " that would overshoot; 0 is off");
  static final Option<Long> SEED =
      Option.of(
          "seed",
          OptionTypes.wideWhole(Long.MIN_VALUE, Long.MAX_VALUE),
          1L,
          "of the initial weights, together with the model key");

  static final Option<Integer> UNITS =
      Option.required("units", OptionTypes.whole(1, 65_536), "units: 32", "number of neurons");
  static final Option<Activation> ACTIVATION =
      Option.of(
          "activation",
          OptionTypes.without(
              "softmax",
              "is for the output layer alone (model.output)",
              OptionTypes.choice(
                  Activation::id,
                  Activation.SIGMOID,
                  Activation.TANH,
                  Activation.RELU,
                  Activation.LEAKY_RELU,
                  Activation.ELU,
                  Activation.SELU,
                  Activation.GELU,
                  Activation.SILU,
                  Activation.SOFTPLUS,
                  Activation.LINEAR)),
          Activation.TANH,
          "what the neurons do with their weighted sum");

  static final Option<Float> DROPOUT =
      Option.of(
          "dropout", DECAY, 0f, "share of the neurons left out at random while learning; 0 is off");
  static final Option<Boolean> LAYER_NORM =
      Option.of(
          "layer-norm",
          OptionTypes.flag(),
          false,
          "brings an example's weighted sums to one scale, with a learned gain and shift");

  static final Option<OptimizerName> OPTIMIZER_NAME =
      Option.required("name", OPTIMIZER_KIND, "name: sgd", "the optimizer");
  static final Option<Float> SGD_RATE = learningRate(0.02f);
  static final Option<Float> MOMENTUM =
      Option.of("momentum", DECAY, 0f, "share of the last step kept; 0 is off");
  static final Option<Boolean> NESTEROV =
      Option.of(
          "nesterov", OptionTypes.flag(), false, "look ahead by the momentum, which it needs");
  static final Option<Float> RMSPROP_RATE = learningRate(0.005f);
  static final Option<Float> RHO = Option.of("rho", DECAY, 0.99f, "decay of the squared gradient");
  static final Option<Float> RMSPROP_EPSILON = epsilon();
  static final Option<Boolean> BIAS_CORRECTION =
      Option.of(
          "bias-correction", OptionTypes.flag(), true, "keeps the first steps from being too long");
  static final Option<Float> ADAM_RATE = learningRate(0.001f);
  static final Option<Float> BETA1 = Option.of("beta1", DECAY, 0.9f, "decay of the gradient");
  static final Option<Float> BETA2 =
      Option.of("beta2", DECAY, 0.999f, "decay of the squared gradient");
  static final Option<Float> ADAM_EPSILON = epsilon();
  static final Option<Float> WEIGHT_DECAY =
      Option.of(
          "weight-decay",
          OptionTypes.between(0, 10),
          0.01f,
          "times the learning rate, the share of every weight and bias lost with each step");
  static final Option<Float> ADAGRAD_RATE = learningRate(0.01f);
  static final Option<Float> INITIAL_SUM =
      Option.of(
          "initial-accumulator", PENALTY, 0f, "what the sum of squared gradients starts from");
  static final Option<Float> ADAGRAD_EPSILON =
      Option.of("epsilon", EPSILON, 1e-10f, "keeps the division from zero");
  static final Option<Float> ALPHA =
      Option.of("alpha", RATE, 0.05f, "the step size, which falls with the gradients seen");
  static final Option<Float> BETA =
      Option.of(
          "beta",
          OptionTypes.aboveAndUpTo(0, 1000),
          1f,
          "keeps the first steps from being too long");
  static final Option<Float> FTRL_L1 =
      Option.of("l1", PENALTY, 0f, "makes weights exactly 0, biases too; 0 is off");
  static final Option<Float> FTRL_L2 =
      Option.of("l2", PENALTY, 0f, "shrinks weights, biases too; 0 is off");

  static final Option<Normalization.Kind> NORMALIZATION_KIND =
      Option.of(
          "name",
          NORMALIZATION_KINDS,
          Normalization.Kind.STANDARD,
          "(x - mean) / standard deviation; (x - min) / (max - min); as it comes");
  static final Option<Float> FADE =
      Option.of(
          "alpha",
          DECAY,
          0f,
          "standard: smoothing factor of exponentially weighted mean and variance, as in pandas'"
              + " ewm(alpha); 0 weights all examples alike");
  static final Option<Float> NORMALIZATION_CLIP =
      Option.of("clip", CLIP_AT, 4f, "standard: values are cut to -clip..clip; 0 is off");

  static final OptionGroup MODEL_GROUP =
      new OptionGroup(
          "model",
          "",
          "`model: auto` is the choice for who tunes nothing. A map is a network written out, and"
              + " what it leaves open has the defaults below.",
          List.of(
              WarmStartOptions.WARM_START,
              LAYERS,
              OUTPUT_ACTIVATION,
              LOSS,
              OPTIMIZER,
              LEARNING_RATE,
              ScheduleOptions.SCHEDULE,
              BATCH_SIZE,
              L1,
              L2,
              MAX_NORM,
              LABEL_SMOOTHING,
              CLASS_WEIGHTS,
              NORMALIZATION,
              CLIP,
              CLIP_VALUE,
              SEED));
  static final OptionGroup LAYER_GROUP =
      new OptionGroup(
          "model.layers[]",
          "",
          "One fully connected layer.",
          List.of(UNITS, ACTIVATION, DROPOUT, LAYER_NORM));
  static final OptionGroup SGD_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: sgd",
          "Stochastic gradient descent. `optimizer: sgd` is short for this map with its defaults.",
          List.of(OPTIMIZER_NAME, SGD_RATE, MOMENTUM, NESTEROV));
  static final OptionGroup RMSPROP_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: rmsprop",
          "Steps divided by a running mean of the gradient's size. `bias-correction: false` is"
              + " PyTorch's RMSprop.",
          List.of(OPTIMIZER_NAME, RMSPROP_RATE, RHO, RMSPROP_EPSILON, BIAS_CORRECTION));
  static final OptionGroup ADAM_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adam",
          "RMSprop with momentum, bias-corrected; PyTorch's Adam.",
          List.of(OPTIMIZER_NAME, ADAM_RATE, BETA1, BETA2, ADAM_EPSILON));
  static final OptionGroup ADAMW_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adamw",
          "Adam with weight decay apart from the gradient.",
          List.of(OPTIMIZER_NAME, ADAM_RATE, BETA1, BETA2, ADAM_EPSILON, WEIGHT_DECAY));
  static final OptionGroup ADAGRAD_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adagrad",
          "Steps divided by the root of the sum of all squared gradients.",
          List.of(OPTIMIZER_NAME, ADAGRAD_RATE, INITIAL_SUM, ADAGRAD_EPSILON));
  static final OptionGroup FTRL_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: ftrl",
          "FTRL-Proximal (McMahan et al., 2013), made for sparse features.",
          List.of(OPTIMIZER_NAME, ALPHA, BETA, FTRL_L1, FTRL_L2));
  static final OptionGroup NORMALIZATION_GROUP =
      new OptionGroup(
          "model.normalization",
          "",
          "`normalization: minmax` is short for this map with its defaults.",
          List.of(NORMALIZATION_KIND, FADE, NORMALIZATION_CLIP));

  private ModelOptions() {}

  private static Option<Float> learningRate(float fallback) {
    return Option.of("learning-rate", RATE, fallback, "the step size");
  }

  private static Option<Float> epsilon() {
    return Option.of("epsilon", EPSILON, 1e-8f, "keeps the division from zero");
  }
}
