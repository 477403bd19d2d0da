package dev.millrace.config;

import dev.millrace.config.ModelOptions.OptimizerName;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.nn.Optimizer;
import java.util.Map;

/** Reads {@code model.optimizer}, a name or a map with the name's own options. */
final class OptimizerReader {
  private final OptionReader model;
  private final ConfigErrors problems;

  OptimizerReader(OptionReader model, ConfigErrors problems) {
    this.model = model;
    this.problems = problems;
  }

  Optimizer read() {
    Mapping own = model.mapOf(ModelOptions.OPTIMIZER, ModelOptions.OPTIMIZER_NAME);
    OptimizerName name = nameOf(own);
    if (name == null) {
      // Which options go with it cannot be told: the name is the one problem.
      Entry entry = own.entries().get(ModelOptions.OPTIMIZER_NAME.name());
      Map<String, Entry> nameOnly = entry == null ? Map.of() : Map.of("name", entry);
      options(new Mapping(nameOnly, own.line()), ModelOptions.SGD_GROUP);
      return new Optimizer.Sgd(ModelOptions.SGD_RATE.fallback(), 0f);
    }
    return switch (name) {
      case SGD -> sgd(options(own, ModelOptions.SGD_GROUP));
      case RMSPROP -> {
        OptionReader options = options(own, ModelOptions.RMSPROP_GROUP);
        yield new Optimizer.RmsProp(
            rate(options, ModelOptions.RMSPROP_RATE),
            options.get(ModelOptions.RHO),
            options.get(ModelOptions.RMSPROP_EPSILON),
            options.get(ModelOptions.BIAS_CORRECTION));
      }
      case ADAM -> {
        OptionReader options = options(own, ModelOptions.ADAM_GROUP);
        yield new Optimizer.Adam(
            rate(options, ModelOptions.ADAM_RATE),
            options.get(ModelOptions.BETA1),
            options.get(ModelOptions.BETA2),
            options.get(ModelOptions.ADAM_EPSILON));
      }
      case ADAMW -> {
        OptionReader options = options(own, ModelOptions.ADAMW_GROUP);
        Optimizer.AdamW adam =
            new Optimizer.AdamW(
                rate(options, ModelOptions.ADAM_RATE),
                options.get(ModelOptions.BETA1),
                options.get(ModelOptions.BETA2),
                options.get(ModelOptions.ADAM_EPSILON),
                options.get(ModelOptions.WEIGHT_DECAY));
        if (adam.decay() > 1) {
          options.refuse(
              ModelOptions.WEIGHT_DECAY,
              "times the learning rate must be at most 1, or weights grow with each step, but was "
                  + adam.decay());
        }
        yield adam;
      }
      case ADAGRAD -> {
        OptionReader options = options(own, ModelOptions.ADAGRAD_GROUP);
        yield new Optimizer.Adagrad(
            rate(options, ModelOptions.ADAGRAD_RATE),
            options.get(ModelOptions.INITIAL_SUM),
            options.get(ModelOptions.ADAGRAD_EPSILON));
      }
      case FTRL -> {
        OptionReader options = options(own, ModelOptions.FTRL_GROUP);
        yield new Optimizer.Ftrl(
            rate(options, ModelOptions.ALPHA),
            options.get(ModelOptions.BETA),
            options.get(ModelOptions.FTRL_L1),
            options.get(ModelOptions.FTRL_L2));
      }
    };
  }

  private Optimizer sgd(OptionReader options) {
    float momentum = options.get(ModelOptions.MOMENTUM);
    boolean nesterov = options.get(ModelOptions.NESTEROV);
    if (nesterov && momentum == 0f) {
      options.refuse(
          ModelOptions.NESTEROV, "needs momentum, but that is 0. Add one, such as momentum: 0.9");
    }
    return new Optimizer.Sgd(rate(options, ModelOptions.SGD_RATE), momentum, nesterov);
  }

  private OptionReader options(Mapping own, OptionGroup group) {
    return new OptionReader(model.name(ModelOptions.OPTIMIZER), own, group, problems);
  }

  /** The name, or null when it is missing or unknown. */
  private static OptimizerName nameOf(Mapping optimizer) {
    Entry entry = optimizer.entries().get(ModelOptions.OPTIMIZER_NAME.name());
    if (entry == null) {
      return null;
    }
    try {
      return ModelOptions.OPTIMIZER_NAME.kind().read(entry.value());
    } catch (OptionType.Refusal e) {
      return null;
    }
  }

  private float rate(OptionReader optimizer, Option<Float> own) {
    Float atModel = model.get(ModelOptions.LEARNING_RATE);
    if (model.mentions(ModelOptions.LEARNING_RATE) && optimizer.mentions(own)) {
      model.refuse(
          ModelOptions.LEARNING_RATE,
          "stands in model.optimizer too (line " + optimizer.line(own) + "). Remove one of them");
    }
    return atModel == null ? optimizer.get(own) : atModel;
  }
}
