package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.Variants;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Schedule;

/** Declares and reads {@code model.schedule}. */
final class ScheduleOptions {
  static final Variants<Schedule> SCHEDULES =
      new Variants<>("model.schedule", Schedule.class, "name: cosine", "the schedule");
  static final Option<YamlNode> SCHEDULE =
      Option.of(
          "schedule",
          SCHEDULES.type(),
          new Scalar("constant", 0),
          "how the learning rate changes from step to step");

  private ScheduleOptions() {}

  /** Reads the schedule of a model and checks it against the optimizer. */
  static Schedule read(OptionReader model, Optimizer optimizer) {
    Schedule schedule = Variants.read(SCHEDULES.in(model, SCHEDULE));
    if (optimizer instanceof Optimizer.Ftrl && !schedule.equals(new Schedule.Constant(0))) {
      model.reject(SCHEDULE, "has no effect with ftrl, whose step size falls by itself. Remove it");
    }
    return schedule;
  }
}
