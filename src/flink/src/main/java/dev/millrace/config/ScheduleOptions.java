package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Schedule;
import java.util.List;
import java.util.Map;

/** The options of {@code model.schedule}, and their reader. */
final class ScheduleOptions {
  private static final long MAX_STEPS = 1_000_000_000_000L;

  /** The schedules by the name that pipeline files give them. */
  enum ScheduleKind {
    CONSTANT,
    STEP,
    INVERSE_TIME,
    COSINE
  }

  private static final OptionType<ScheduleKind> KINDS =
      OptionTypes.choice(KebabCase::of, ScheduleKind.values());

  static final Option<YamlNode> SCHEDULE =
      Option.of(
          "schedule",
          Structures.wordOrMap(KINDS),
          new Scalar("constant", 0),
          "how the learning rate changes from step to step");
  static final Option<ScheduleKind> KIND =
      Option.required("name", KINDS, "name: cosine", "the schedule");
  static final Option<Long> WARMUP =
      Option.of(
          "warmup-steps",
          OptionTypes.wideWhole(0, MAX_STEPS),
          0L,
          "steps before, in which the learning rate rises in a straight line");
  static final Option<Long> EVERY =
      Option.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "steps from fall to fall");
  static final Option<Float> FACTOR =
      Option.of(
          "decay-rate", OptionTypes.aboveAndUpTo(0, 1), 0.1f, "what is left of it after each fall");
  static final Option<Long> DECAY_STEPS =
      Option.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "steps after which the divisor has grown by `decay-rate`");
  static final Option<Float> DECAY =
      Option.of(
          "decay-rate",
          OptionTypes.between(0, 1000),
          1f,
          "growth of the divisor, which starts at 1");
  static final Option<Long> COSINE_STEPS =
      Option.required(
          "decay-steps",
          OptionTypes.wideWhole(1, MAX_STEPS),
          "decay-steps: 100000",
          "steps down to the floor");
  static final Option<Float> FLOOR =
      Option.of(
          "floor",
          OptionTypes.between(0, 1),
          0f,
          "share of the learning rate that stays for ever; 0 ends learning");

  static final OptionGroup CONSTANT_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: constant",
          "The learning rate stays as it is. `schedule: constant` is short for this map.",
          List.of(KIND, WARMUP));
  static final OptionGroup STEP_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: step",
          "The learning rate falls at once, again and again. A step is one update of the weights,"
              + " of `batch-size` examples.",
          List.of(KIND, EVERY, FACTOR, WARMUP));
  static final OptionGroup INVERSE_TIME_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: inverse-time",
          "The learning rate divided by 1 + decay-rate · step / decay-steps.",
          List.of(KIND, DECAY_STEPS, DECAY, WARMUP));
  static final OptionGroup COSINE_GROUP =
      new OptionGroup(
          "model.schedule",
          "name: cosine",
          "The learning rate follows half a cosine, from itself to the floor.",
          List.of(KIND, COSINE_STEPS, FLOOR, WARMUP));

  private ScheduleOptions() {}

  /** The schedule of a model, which has to go with its optimizer. */
  static Schedule read(OptionReader model, Optimizer optimizer, ConfigErrors problems) {
    YamlNode.Mapping own = model.mapOf(SCHEDULE, KIND);
    YamlNode.Entry entry = own.entries().get(KIND.name());
    ScheduleKind kind = ScheduleKind.CONSTANT;
    try {
      kind = entry == null ? kind : KINDS.read(entry.value());
    } catch (OptionType.Refusal e) {
      // The reader below says so, and that is the one problem.
      own = new YamlNode.Mapping(Map.of(KIND.name(), entry), own.line());
    }
    OptionReader options = new OptionReader(model.name(SCHEDULE), own, group(kind), problems);
    Schedule schedule = schedule(kind, options);
    if (optimizer instanceof Optimizer.Ftrl && !schedule.equals(new Schedule.Constant(0))) {
      model.refuse(SCHEDULE, "does not go with ftrl, whose step size falls by itself. Remove it");
    }
    return schedule;
  }

  private static OptionGroup group(ScheduleKind kind) {
    return switch (kind) {
      case CONSTANT -> CONSTANT_GROUP;
      case STEP -> STEP_GROUP;
      case INVERSE_TIME -> INVERSE_TIME_GROUP;
      case COSINE -> COSINE_GROUP;
    };
  }

  private static Schedule schedule(ScheduleKind kind, OptionReader options) {
    long warmup = options.get(WARMUP);
    return switch (kind) {
      case CONSTANT -> new Schedule.Constant(warmup);
      case STEP -> new Schedule.Step(steps(options, EVERY), options.get(FACTOR), warmup);
      case INVERSE_TIME ->
          new Schedule.InverseTime(steps(options, DECAY_STEPS), options.get(DECAY), warmup);
      case COSINE -> new Schedule.Cosine(steps(options, COSINE_STEPS), options.get(FLOOR), warmup);
    };
  }

  /** 1 where they are missing, which has been refused. */
  private static long steps(OptionReader options, Option<Long> option) {
    Long steps = options.get(option);
    return steps == null ? 1 : steps;
  }
}
