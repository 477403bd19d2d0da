package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Schedule;

/** Declares and reads the options of {@code model.schedule}. */
final class ScheduleOptions {
  private static final long MAX_STEPS = 1_000_000_000_000L;

  /** Names of the schedules in pipeline files. */
  enum ScheduleName {
    CONSTANT,
    STEP,
    INVERSE_TIME,
    COSINE
  }

  private static final OptionType<ScheduleName> NAMES =
      OptionTypes.choice(KebabCase::of, ScheduleName.values());
  static final Option<YamlNode> SCHEDULE =
      Option.of(
          "schedule",
          Structures.wordOrMap(NAMES),
          new Scalar("constant", 0),
          "how the learning rate changes from step to step");
  static final Option<ScheduleName> NAME =
      Option.required("name", NAMES, "name: cosine", "the schedule");
  static final Option<Long> WARMUP =
      Option.of(
          "warmup-steps",
          OptionTypes.wideWhole(0, MAX_STEPS),
          0L,
          "number of first steps in which the learning rate increases linearly");

  static final OptionGroup CONSTANT_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: constant",
          "The learning rate is constant. `schedule: constant` is short for this map.",
          NAME,
          WARMUP);

  static final OptionGroup STEP_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: step",
          "The learning rate decreases in steps. One step is one update of the weights,"
              + " of `batch-size` examples.",
          NAME,
          WARMUP);
  static final Option<Long> EVERY =
      STEP_GROUP.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "number of steps between two decreases");
  static final Option<Float> FACTOR =
      STEP_GROUP.option(
          "decay-rate",
          OptionTypes.aboveAndUpTo(0, 1),
          0.1f,
          "factor of the learning rate at each decrease");

  static final OptionGroup INVERSE_TIME_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: inverse-time",
          "The learning rate divided by 1 + decay-rate · step / decay-steps.",
          NAME,
          WARMUP);
  static final Option<Long> DECAY_STEPS =
      INVERSE_TIME_GROUP.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "number of steps in which the divisor increases by `decay-rate`");
  static final Option<Float> DECAY =
      INVERSE_TIME_GROUP.option(
          "decay-rate",
          OptionTypes.between(0, 1000),
          1f,
          "increase of the divisor, which starts at 1");

  static final OptionGroup COSINE_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: cosine",
          "The learning rate follows half a cosine down to the floor.",
          NAME,
          WARMUP);
  static final Option<Long> COSINE_STEPS =
      COSINE_GROUP.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "number of steps until the floor");
  static final Option<Float> FLOOR =
      COSINE_GROUP.option(
          "floor",
          OptionTypes.between(0, 1),
          0f,
          "fraction of the learning rate that remains; 0 ends learning");

  private ScheduleOptions() {}

  /** Reads the schedule of a model and checks it against the optimizer. */
  static Schedule read(OptionReader model, Optimizer optimizer) {
    OptionReader.Variant<ScheduleName> own =
        model.variant(SCHEDULE, NAME, ScheduleOptions::group, ScheduleName.CONSTANT);
    Schedule schedule = schedule(own.name(), own.options());
    if (optimizer instanceof Optimizer.Ftrl && !schedule.equals(new Schedule.Constant(0))) {
      model.reject(SCHEDULE, "has no effect with ftrl, whose step size falls by itself. Remove it");
    }
    return schedule;
  }

  private static OptionGroup group(ScheduleName name) {
    return switch (name) {
      case CONSTANT -> CONSTANT_GROUP;
      case STEP -> STEP_GROUP;
      case INVERSE_TIME -> INVERSE_TIME_GROUP;
      case COSINE -> COSINE_GROUP;
    };
  }

  private static Schedule schedule(ScheduleName name, OptionReader options) {
    long warmup = options.get(WARMUP);
    return switch (name) {
      case CONSTANT -> new Schedule.Constant(warmup);
      case STEP -> new Schedule.Step(steps(options, EVERY), options.get(FACTOR), warmup);
      case INVERSE_TIME ->
          new Schedule.InverseTime(steps(options, DECAY_STEPS), options.get(DECAY), warmup);
      case COSINE -> new Schedule.Cosine(steps(options, COSINE_STEPS), options.get(FLOOR), warmup);
    };
  }

  /** Returns 1 if they are missing, which is an error already. */
  private static long steps(OptionReader options, Option<Long> option) {
    Long steps = options.given(option);
    return steps == null ? 1 : steps;
  }
}
