package dev.millrace.config;

import dev.millrace.config.ModelOptions.OptimizerName;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.nn.Optimizer;

/** Reads {@code model.optimizer}: a name, or a map with the options of that optimizer. */
final class OptimizerReader {
  private final OptionReader model;

  OptimizerReader(OptionReader model) {
    this.model = model;
  }

  Optimizer read() {
    OptionReader.Variant<OptimizerName> optimizer =
        model.variant(
            ModelOptions.OPTIMIZER,
            ModelOptions.OPTIMIZER_NAME,
            OptimizerReader::group,
            OptimizerName.SGD);
    OptionReader options = optimizer.options();
    return switch (optimizer.name()) {
      case SGD -> sgd(options);
      case RMSPROP ->
          new Optimizer.RmsProp(
              rate(options, ModelOptions.RMSPROP_RATE),
              options.get(ModelOptions.RHO),
              options.get(ModelOptions.RMSPROP_EPSILON),
              options.get(ModelOptions.BIAS_CORRECTION));
      case ADAM ->
          new Optimizer.Adam(
              rate(options, ModelOptions.ADAM_RATE),
              options.get(ModelOptions.BETA1),
              options.get(ModelOptions.BETA2),
              options.get(ModelOptions.ADAM_EPSILON));
      case ADAMW -> {
        Optimizer.AdamW adam =
            new Optimizer.AdamW(
                rate(options, ModelOptions.ADAM_RATE),
                options.get(ModelOptions.BETA1),
                options.get(ModelOptions.BETA2),
                options.get(ModelOptions.ADAM_EPSILON),
                options.get(ModelOptions.WEIGHT_DECAY));
        if (adam.decay() > 1) {
          options.reject(
              ModelOptions.WEIGHT_DECAY,
              "times the learning rate must be at most 1, or weights grow with each step, but was "
                  + adam.decay());
        }
        yield adam;
      }
      case ADAGRAD ->
          new Optimizer.Adagrad(
              rate(options, ModelOptions.ADAGRAD_RATE),
              options.get(ModelOptions.INITIAL_SUM),
              options.get(ModelOptions.ADAGRAD_EPSILON));
      case FTRL ->
          new Optimizer.Ftrl(
              rate(options, ModelOptions.ALPHA),
              options.get(ModelOptions.BETA),
              options.get(ModelOptions.FTRL_L1),
              options.get(ModelOptions.FTRL_L2));
    };
  }

  private Optimizer sgd(OptionReader options) {
    float momentum = options.get(ModelOptions.MOMENTUM);
    boolean nesterov = options.get(ModelOptions.NESTEROV);
    if (nesterov && momentum == 0f) {
      options.reject(
          ModelOptions.NESTEROV,
          "needs momentum, but momentum is 0. Add it, for example: momentum: 0.9");
    }
    return new Optimizer.Sgd(rate(options, ModelOptions.SGD_RATE), momentum, nesterov);
  }

  private static OptionGroup group(OptimizerName name) {
    return switch (name) {
      case SGD -> ModelOptions.SGD_GROUP;
      case RMSPROP -> ModelOptions.RMSPROP_GROUP;
      case ADAM -> ModelOptions.ADAM_GROUP;
      case ADAMW -> ModelOptions.ADAMW_GROUP;
      case ADAGRAD -> ModelOptions.ADAGRAD_GROUP;
      case FTRL -> ModelOptions.FTRL_GROUP;
    };
  }

  private float rate(OptionReader optimizer, Option<Float> own) {
    Float atModel = model.given(ModelOptions.LEARNING_RATE);
    if (model.mentions(ModelOptions.LEARNING_RATE) && optimizer.mentions(own)) {
      model.reject(
          ModelOptions.LEARNING_RATE,
          "is also in model.optimizer (line " + optimizer.line(own) + "). Remove one of them");
    }
    return atModel == null ? optimizer.get(own) : atModel;
  }
}
