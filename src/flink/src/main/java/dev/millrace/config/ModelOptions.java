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
import dev.millrace.nn.NetworkSpec;
import dev.millrace.nn.Normalization;
import java.util.List;

/** Declares the options of {@code model}. */
final class ModelOptions {
  private static final OptionType<Float> RATE = OptionTypes.aboveAndUpTo(0, 10);
  private static final OptionType<Float> DECAY = OptionTypes.atLeastAndBelow(0, 1);
  private static final OptionType<Float> EPSILON = OptionTypes.between(LearnerSpec.MIN_EPSILON, 1);
  private static final OptionType<Float> PENALTY = OptionTypes.between(0, 1000);
  private static final OptionType<Float> CLIP_AT = OptionTypes.between(0, 1_000_000);

  /** Names of the optimizers in pipeline files. */
  enum OptimizerName {
    SGD,
    RMSPROP,
    ADAM,
    ADAMW,
    ADAGRAD,
    FTRL
  }

  private static final OptionType<OptimizerName> OPTIMIZER_NAMES =
      OptionTypes.choice(KebabCase::of, OptimizerName.values());
  private static final OptionType<Normalization.Kind> NORMALIZATION_KINDS =
      OptionTypes.choice(
          Normalization.Kind::id,
          Normalization.Kind.STANDARD,
          Normalization.Kind.MINMAX,
          Normalization.Kind.NONE);

  /** The hidden layers of a model map without layers. */
  static final List<LayerSpec> DEFAULT_LAYERS = List.of(new LayerSpec(32, Activation.TANH));

  static final OptionType<Float> CLASS_WEIGHT = OptionTypes.between(0, 1_000_000);

  static final OptionGroup MODEL_GROUP =
      new OptionGroup(
          "model",
          "",
          "`model: auto` needs no tuning. A map defines a network; the options below have these"
              + " defaults.",
          WarmStartOptions.WARM_START);
  static final Option<YamlNode> LAYERS =
      MODEL_GROUP.optional(
          "layers",
          Structures.structure("a list of layers", Sequence.class),
          "[{ units: 32, activation: tanh }]",
          "the hidden layers, from the input to the output; an empty list is a linear model");
  static final Option<YamlNode> EMBEDDINGS =
      MODEL_GROUP.optional(
          "embeddings",
          Structures.map(),
          "{ dimension: 8 }",
          "the vectors of ids, which the first layer sees behind the numbers; only with features of"
              + " type id, set, text or sparse");
  static final Option<Activation> OUTPUT_ACTIVATION =
      MODEL_GROUP.optional(
          "output",
          OptionTypes.choice(Activation::id, Activation.values()),
          "softmax; linear for regression",
          "activation of the output layer");
  static final Option<Loss> LOSS =
      MODEL_GROUP.optional(
          "loss",
          OptionTypes.choice(Loss::id, Loss.values()),
          "categorical_crossentropy; huber for regression",
          "loss of one prediction; categorical_focal_crossentropy is the focal loss with γ = 2,"
              + " which gives examples that are predicted well little weight");
  static final Option<YamlNode> OPTIMIZER =
      MODEL_GROUP.option(
          "optimizer",
          Structures.wordOrMap(OPTIMIZER_NAMES),
          new Scalar("sgd", 0),
          "how gradients update the weights");
  static final Option<Float> LEARNING_RATE =
      MODEL_GROUP.optional(
          "learning-rate",
          RATE,
          "by optimizer",
          "the step size; short for the learning-rate of the optimizer");

  static {
    MODEL_GROUP.include(ScheduleOptions.SCHEDULE);
  }

  static final Option<Integer> BATCH_SIZE =
      MODEL_GROUP.option(
          "batch-size", OptionTypes.whole(1, 65_536), 1, "number of examples in one update");
  static final Option<Float> L1 =
      MODEL_GROUP.option("l1", PENALTY, 0f, "LASSO penalty on the weights");
  static final Option<Float> L2 =
      MODEL_GROUP.option("l2", PENALTY, 0f, "Ridge penalty on the weights");
  static final Option<Float> MAX_NORM =
      MODEL_GROUP.option(
          "max-norm",
          CLIP_AT,
          0f,
          "max L2 norm of the weights into one neuron after each step; 0 is off");
  static final Option<Float> LABEL_SMOOTHING =
      MODEL_GROUP.option(
          "label-smoothing",
          DECAY,
          0f,
          "cross-entropies: fraction of the target that is distributed equally over all classes; 0"
              + " is off");
  static final Option<YamlNode> CLASS_WEIGHTS =
      MODEL_GROUP.optional(
          "class-weights",
          Structures.wordOrMap(OptionTypes.text("balanced", "balanced")),
          "1 each",
          "factors of the weights of examples by class, such as { fraud: 10 }; balanced gives all"
              + " classes the same total weight, by their frequencies so far");
  static final Option<YamlNode> NORMALIZATION =
      MODEL_GROUP.option(
          "normalization",
          Structures.wordOrMap(NORMALIZATION_KINDS),
          new Scalar("standard", 0),
          "scaling of numeric features; one-hot, hashed and boolean features and indicators of"
              + " missing values keep their 0 and 1");
  static final Option<Float> CLIP =
      MODEL_GROUP.option(
          "clip",
          CLIP_AT,
          10f,
          "gradient clipping: max L2 norm of an example's gradient, in multiples of the error of"
              + " its outputs, which preserves the probabilities of rare classes; also limits steps"
              + " of sgd that would overshoot; 0 is off");
  static final Option<Float> CLIP_VALUE =
      MODEL_GROUP.option(
          "clip-value",
          CLIP_AT,
          0f,
          "max magnitude of an element of a mini-batch's gradient; 0 is off");
  static final Option<Long> SEED =
      MODEL_GROUP.option(
          "seed",
          OptionTypes.wideWhole(Long.MIN_VALUE, Long.MAX_VALUE),
          1L,
          "seed of the initial weights, together with the model key");

  static final OptionGroup EMBEDDINGS_GROUP =
      new OptionGroup(
          "model.embeddings",
          "",
          "Each column of ids, and each of `input.crosses`, gives the network the mean of the"
              + " vectors of its known ids.");
  static final Option<Integer> DIMENSION =
      EMBEDDINGS_GROUP.option(
          "dimension",
          OptionTypes.whole(1, NetworkSpec.MAX_DIMENSION),
          NetworkSpec.DEFAULT_DIMENSION,
          "numbers of a vector");

  static final OptionGroup LAYER_GROUP =
      new OptionGroup("model.layers[]", "", "One fully connected layer.");
  static final Option<Integer> UNITS =
      LAYER_GROUP.required("units", OptionTypes.whole(1, 65_536), "units: 32", "number of neurons");
  static final Option<Activation> ACTIVATION =
      LAYER_GROUP.option(
          "activation",
          OptionTypes.without(
              "softmax",
              "is for the output layer only (model.output)",
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
          "activation of the neurons");
  static final Option<Float> DROPOUT =
      LAYER_GROUP.option(
          "dropout",
          DECAY,
          0f,
          "fraction of the neurons that are dropped at random while learning; 0 is off");
  static final Option<Boolean> LAYER_NORM =
      LAYER_GROUP.option(
          "layer-norm",
          OptionTypes.flag(),
          false,
          "layer normalization, with a learned gain and shift");
  static final Option<OptimizerName> OPTIMIZER_NAME =
      Option.required("name", OPTIMIZER_NAMES, "name: sgd", "the optimizer");

  static final OptionGroup SGD_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: sgd",
          "Stochastic gradient descent. `optimizer: sgd` is short for this map with its defaults.",
          OPTIMIZER_NAME);
  static final Option<Float> SGD_RATE = SGD_GROUP.add(learningRate(0.02f));
  static final Option<Float> MOMENTUM =
      SGD_GROUP.option("momentum", DECAY, 0f, "fraction of the last step that is kept; 0 is off");
  static final Option<Boolean> NESTEROV =
      SGD_GROUP.option("nesterov", OptionTypes.flag(), false, "Nesterov momentum; needs momentum");

  static final OptionGroup RMSPROP_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: rmsprop",
          "Steps divided by a running mean of the gradient's size. `bias-correction: false` is"
              + " PyTorch's RMSprop.",
          OPTIMIZER_NAME);
  static final Option<Float> RMSPROP_RATE = RMSPROP_GROUP.add(learningRate(0.005f));
  static final Option<Float> RHO =
      RMSPROP_GROUP.option("rho", DECAY, 0.99f, "decay of the squared gradient");
  static final Option<Float> RMSPROP_EPSILON = RMSPROP_GROUP.add(epsilon());
  static final Option<Boolean> BIAS_CORRECTION =
      RMSPROP_GROUP.option("bias-correction", OptionTypes.flag(), true, "limits the first steps");
  static final Option<Float> ADAM_RATE = learningRate(0.001f);
  static final Option<Float> BETA1 = Option.of("beta1", DECAY, 0.9f, "decay of the gradient");
  static final Option<Float> BETA2 =
      Option.of("beta2", DECAY, 0.999f, "decay of the squared gradient");
  static final Option<Float> ADAM_EPSILON = epsilon();

  static final OptionGroup ADAM_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adam",
          "RMSprop with momentum, bias-corrected; PyTorch's Adam.",
          OPTIMIZER_NAME,
          ADAM_RATE,
          BETA1,
          BETA2,
          ADAM_EPSILON);

  static final OptionGroup ADAMW_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adamw",
          "Adam with weight decay decoupled from the gradient.",
          OPTIMIZER_NAME,
          ADAM_RATE,
          BETA1,
          BETA2,
          ADAM_EPSILON);
  static final Option<Float> WEIGHT_DECAY =
      ADAMW_GROUP.option(
          "weight-decay",
          OptionTypes.between(0, 10),
          0.01f,
          "fraction of every weight and bias that each step removes, relative to the learning"
              + " rate");

  static final OptionGroup ADAGRAD_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: adagrad",
          "Steps divided by the root of the sum of all squared gradients.",
          OPTIMIZER_NAME);
  static final Option<Float> ADAGRAD_RATE = ADAGRAD_GROUP.add(learningRate(0.01f));
  static final Option<Float> INITIAL_SUM =
      ADAGRAD_GROUP.option(
          "initial-accumulator", PENALTY, 0f, "initial value of the sum of squared gradients");
  static final Option<Float> ADAGRAD_EPSILON =
      ADAGRAD_GROUP.option("epsilon", EPSILON, 1e-10f, "prevents division by zero");

  static final OptionGroup FTRL_GROUP =
      new OptionGroup(
          "model.optimizer",
          "name: ftrl",
          "FTRL-Proximal (McMahan et al., 2013), made for sparse features.",
          OPTIMIZER_NAME);
  static final Option<Float> ALPHA =
      FTRL_GROUP.option(
          "alpha", RATE, 0.05f, "the step size, which decreases with the gradients so far");
  static final Option<Float> BETA =
      FTRL_GROUP.option("beta", OptionTypes.aboveAndUpTo(0, 1000), 1f, "limits the first steps");
  static final Option<Float> FTRL_L1 =
      FTRL_GROUP.option(
          "l1", PENALTY, 0f, "L1 penalty, which makes weights and biases exactly 0; 0 is off");
  static final Option<Float> FTRL_L2 =
      FTRL_GROUP.option("l2", PENALTY, 0f, "L2 penalty on weights and biases; 0 is off");

  static final OptionGroup NORMALIZATION_GROUP =
      new OptionGroup(
          "model.normalization",
          "",
          "`normalization: minmax` is short for this map with its defaults.");
  static final Option<Normalization.Kind> NORMALIZATION_KIND =
      NORMALIZATION_GROUP.option(
          "name",
          NORMALIZATION_KINDS,
          Normalization.Kind.STANDARD,
          "(x - mean) / standard deviation; (x - min) / (max - min); unchanged");
  static final Option<Float> NORMALIZATION_DECAY =
      NORMALIZATION_GROUP.option(
          "alpha",
          DECAY,
          0f,
          "standard: smoothing factor of exponentially weighted mean and variance, as in pandas'"
              + " ewm(alpha); 0 gives all examples the same weight");
  static final Option<Float> NORMALIZATION_CLIP =
      NORMALIZATION_GROUP.option(
          "clip", CLIP_AT, 4f, "standard: limits values to -clip..clip; 0 is off");

  private ModelOptions() {}

  private static Option<Float> learningRate(float defaultValue) {
    return Option.of("learning-rate", RATE, defaultValue, "the step size");
  }

  private static Option<Float> epsilon() {
    return Option.of("epsilon", EPSILON, 1e-8f, "prevents division by zero");
  }
}
