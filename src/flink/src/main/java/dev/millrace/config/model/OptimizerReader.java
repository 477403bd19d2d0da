package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionReader.Variant;
import dev.millrace.config.option.Variants;
import dev.millrace.data.Declaration;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Schedule;
import java.util.Map;

/** Reads {@code model.optimizer} and {@code model.schedule}: names, or maps with their options. */
final class OptimizerReader {
  // Component of each optimizer, under whatever name in pipeline files.
  private static final String RATE = "learningRate";

  private final OptionReader model;

  OptimizerReader(OptionReader model) {
    this.model = model;
  }

  Optimizer read() {
    Variant<Class<? extends Optimizer>> given =
        ModelOptions.OPTIMIZERS.in(model, ModelOptions.OPTIMIZER);
    Optimizer optimizer = withRate(Variants.read(given), given.options());
    if (optimizer instanceof Optimizer.Sgd sgd && sgd.nesterov() && sgd.momentum() == 0f) {
      given
          .options()
          .reject(
              ModelOptions.OPTIMIZERS.option(Optimizer.Sgd.class, "nesterov"),
              "needs momentum, but momentum is 0. Add it, for example: momentum: 0.9");
    }
    if (optimizer instanceof Optimizer.AdamW adam && adam.decay() > 1) {
      given
          .options()
          .reject(
              ModelOptions.OPTIMIZERS.option(Optimizer.AdamW.class, "weight-decay"),
              "times the learning rate must be at most 1, or weights grow with each step, but was "
                  + adam.decay());
    }
    return optimizer;
  }

  /** Reads the schedule and checks it against the optimizer. */
  Schedule schedule(Optimizer optimizer) {
    Schedule schedule = Variants.read(ModelOptions.SCHEDULES.in(model, ModelOptions.SCHEDULE));
    if (optimizer instanceof Optimizer.Ftrl && !schedule.equals(new Schedule.Constant(0))) {
      model.reject(
          ModelOptions.SCHEDULE,
          "has no effect with ftrl, whose step size falls by itself. Remove it");
    }
    return schedule;
  }

  /** Returns the optimizer with the learning rate of the model, if it has one. */
  private Optimizer withRate(Optimizer optimizer, OptionReader options) {
    Declaration declared =
        Declaration.of(optimizer.getClass()).stream()
            .filter(option -> option.component().equals(RATE))
            .findAny()
            .orElseThrow();
    Option<?> optimizerRate = ModelOptions.OPTIMIZERS.option(optimizer.getClass(), declared.name());
    if (model.mentions(ModelOptions.LEARNING_RATE) && options.mentions(optimizerRate)) {
      model.reject(
          ModelOptions.LEARNING_RATE,
          "is also in model.optimizer (line "
              + options.line(optimizerRate)
              + "). Remove one of them");
    }
    Float rate = model.given(ModelOptions.LEARNING_RATE);
    return rate == null
        ? optimizer
        : (Optimizer) Declaration.with((Record) optimizer, Map.of(RATE, rate));
  }
}
