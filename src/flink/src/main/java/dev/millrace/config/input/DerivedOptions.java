package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.util.List;

/** Declares the options of {@code input.derived}. */
final class DerivedOptions {
  static final OptionGroup DERIVED_GROUP =
      new OptionGroup(
          "input.derived[]",
          "",
          "Features computed from the earlier records of the model key. Each has one of `lag`,"
              + " `change`, `window`, `ewm` and `since`; the column is a field with numbers, or"
              + " `input.label` for labels that have come. See docs/derived-features.md.");
  static final Option<String> LAG =
      DERIVED_GROUP.optional(
          "lag", InputOptions.FIELD, "none", "column whose earlier values to use");
  static final Option<String> CHANGE =
      DERIVED_GROUP.optional(
          "change",
          InputOptions.FIELD,
          "none",
          "column whose difference to earlier values to use; of labels, that of the last one");
  static final Option<String> WINDOW =
      DERIVED_GROUP.optional(
          "window", InputOptions.FIELD, "none", "column whose recent values to aggregate");
  static final Option<String> EWM =
      DERIVED_GROUP.optional(
          "ewm", InputOptions.FIELD, "none", "column whose values to weight exponentially by age");
  static final Option<String> SINCE =
      DERIVED_GROUP.optional(
          "since",
          OptionTypes.text("last", "last"),
          "none",
          "`since: last` is the seconds since the last record");
  static final Option<YamlNode> STEPS =
      DERIVED_GROUP.option(
          "steps",
          Structures.structure(
              "a number of values or a list of them", Scalar.class, Sequence.class),
          new Scalar("1", 0),
          "lag, change: how many values back");
  static final Option<YamlNode> AGO =
      DERIVED_GROUP.optional(
          "ago",
          Structures.structure(
              "a time such as 1h, or a list of them", Scalar.class, Sequence.class),
          "none",
          "lag, change: how far back in event time, instead of steps: the last value that is at"
              + " least that old");
  static final Option<YamlNode> OF =
      DERIVED_GROUP.optional(
          "of",
          Structures.structure("a number of values, a time such as 1h, or all", Scalar.class),
          "required with window",
          "window: the last values by number, or by event time in steps of a 24th; `all` since the"
              + " start");
  static final Option<YamlNode> HALF_LIFE =
      DERIVED_GROUP.optional(
          "half-life",
          Structures.structure("a number of values or a time such as 1h", Scalar.class),
          "required with ewm",
          "ewm: number of values, or event time, after which a value counts half");
  static final Option<List<String>> DO =
      DERIVED_GROUP.option(
          "do",
          Structures.words(1, 8, "functions"),
          List.of("mean"),
          "window: count, sum, mean, min, max, std, distinct, rate (records per second); ewm: mean,"
              + " std, count, and rate with a half-life in time");
  static final Option<YamlNode> BY =
      DERIVED_GROUP.optional(
          "by",
          Structures.structure("a field or a list of them", Scalar.class, Sequence.class),
          "all records of the key",
          "fields, and hour-of-day, day-of-week or hour-of-week of the event time in UTC: only"
              + " records with the same values are used");
  static final Option<Float> SMOOTHING =
      DERIVED_GROUP.option(
          "smoothing",
          OptionTypes.between(0, 1_000_000),
          0f,
          "window: number of values at the mean of all records that a mean is averaged with, so"
              + " that rare values of by do not mislead");

  private DerivedOptions() {}
}
