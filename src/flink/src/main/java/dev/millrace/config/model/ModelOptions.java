package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.option.Variants;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;

/** Declares the options of {@code model}. */
public final class ModelOptions {
  public static final Option<YamlNode> MODEL =
      Option.optional(
          "model",
          Structures.structure("auto, or a map of options", Scalar.class, YamlNode.Mapping.class),
          "auto",
          "the network and how it learns");
  static final Variants<Optimizer> OPTIMIZERS =
      new Variants<>("model.optimizer", Optimizer.class, "name: sgd", "the optimizer");

  static final Variants<Schedule> SCHEDULES =
      new Variants<>("model.schedule", Schedule.class, "name: cosine", "the schedule");

  static final OptionGroup NORMALIZATION_GROUP =
      new OptionGroup(
              "model.normalization",
              "",
              "`normalization: minmax` is short for this map with its defaults.")
          .declare(Normalization.class);

  static final OptionType<Float> CLASS_WEIGHT = OptionTypes.between(0, 1_000_000);

  static final OptionGroup MODEL_GROUP =
      new OptionGroup(
          "model",
          "",
          "`model: auto` needs no tuning. A map defines a network; the options below have these"
              + " defaults.",
          WarmStartOptions.WARM_START);

  /** The only hidden layer of a network that names none. */
  static final LayerSpec DEFAULT_LAYER = new LayerSpec(32, Activation.TANH);

  static final Option<YamlNode> LAYERS =
      MODEL_GROUP.optional(
          "layers",
          Structures.structure("a list of layers", Sequence.class),
          "[{ units: %d, activation: %s }]"
              .formatted(DEFAULT_LAYER.units(), DEFAULT_LAYER.activation().id()),
          "the hidden layers, from the input to the output; an empty list is a linear model");
  static final Option<YamlNode> EMBEDDINGS =
      MODEL_GROUP.optional(
          "embeddings",
          Structures.map(),
          "{ dimension: 8 }",
          "the vectors of ids, which the first layer sees behind the numbers; only with features of"
              + " type id, set, text or sparse");

  static {
    MODEL_GROUP.declare(NetworkSpec.class, "output", "loss");
  }

  static final Option<YamlNode> OPTIMIZER =
      MODEL_GROUP.option(
          "optimizer", OPTIMIZERS.type(), new Scalar("sgd", 0), "how gradients update the weights");
  static final Option<Float> LEARNING_RATE =
      MODEL_GROUP.optional(
          "learning-rate",
          OptionTypes.aboveAndUpTo(0, 10),
          "by optimizer",
          "the step size; short for the learning-rate of the optimizer");
  static final Option<YamlNode> SCHEDULE =
      MODEL_GROUP.option(
          "schedule",
          SCHEDULES.type(),
          new Scalar("constant", 0),
          "how the learning rate changes from step to step");

  static {
    MODEL_GROUP.declare(NetworkSpec.class, "batch-size").declare(Regularizer.class);
  }

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
          Structures.wordOrMap(NORMALIZATION_GROUP.named("name").type()),
          new Scalar("standard", 0),
          "scaling of numeric features; one-hot, hashed and boolean features and indicators of"
              + " missing values keep their 0 and 1");

  static final Option<Activation> OUTPUT_ACTIVATION = MODEL_GROUP.named("output");
  static final Option<Loss> LOSS = MODEL_GROUP.named("loss");

  static {
    MODEL_GROUP.declare(Clipping.class).declare(NetworkSpec.class, "seed");
  }

  static final OptionGroup EMBEDDINGS_GROUP =
      new OptionGroup(
              "model.embeddings",
              "",
              "Each column of ids, and each of `input.crosses`, gives the network the mean of the"
                  + " vectors of its known ids.")
          .declare(NetworkSpec.class, "dimension");

  static final OptionGroup LAYER_GROUP =
      new OptionGroup("model.layers[]", "", "One fully connected layer.")
          .declare(LayerSpec.class)
          .without("activation", "softmax", "is for the output layer only (model.output)");

  private ModelOptions() {}
}
