package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.Structures;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.Durations;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code forecast}. */
public final class ForecastOptions {
  private static final int MAX_STEPS = 16;
  private static final long MAX_RECORDS = 16_000;
  private static final long MAX_MILLIS = 3_650L * 86_400_000;

  public static final Option<YamlNode> FORECAST =
      Option.optional(
          "forecast", Structures.map(), "none", "forecasts of a series; see docs/forecasting.md");

  static final OptionGroup GROUP =
      new OptionGroup(
          "forecast",
          "",
          "Each record of a key is the next of a series, and each horizon has a model of its own,"
              + " whose key is that of the series, `@` and the horizon, such as `shop-17@24`. The"
              + " value that comes is the label; `input.features` may be missing. See"
              + " docs/forecasting.md.");
  static final Option<String> COLUMN =
      GROUP.required(
          "column", InputOptions.FIELD, "column: sold", "field with the number to forecast");
  static final Option<List<Step>> HORIZONS =
      GROUP.required(
          "horizons",
          new StepsType(),
          "horizons: [1, 24]",
          "how far ahead: numbers of records, or times such as [1h, 1d]");
  static final Option<List<Step>> SEASON =
      GROUP.optional(
          "season",
          new StepsType(),
          "none",
          "periods after which values resemble each other, such as [24, 168] or [1d, 7d]; the first"
              + " one scales errors");

  private ForecastOptions() {}

  /** Distances within a series: numbers of records, or times. */
  private static final class StepsType implements OptionType<List<Step>> {
    @Override
    public List<Step> read(YamlNode node) throws InvalidValueException {
      List<YamlNode> items = node instanceof Sequence list ? list.items() : List.of(node);
      List<Step> steps = new ArrayList<>();
      for (YamlNode item : items) {
        Step step = item instanceof Scalar scalar ? step(scalar.text()) : null;
        if (step == null || steps.stream().anyMatch(other -> other.length() == step.length())) {
          String was = step == null ? "one of them is " + item.describe() : "has one twice";
          throw new InvalidValueException("must be " + allowed() + ", but " + was);
        }
        steps.add(step);
      }
      if (steps.isEmpty() || steps.size() > MAX_STEPS) {
        throw new InvalidValueException("must be " + allowed() + ", but has " + steps.size());
      }
      if (steps.stream().map(ForecastOptions::isTime).distinct().count() > 1) {
        throw new InvalidValueException("must be all numbers of records, or all times");
      }
      steps.sort(Comparator.comparingLong(Step::length));
      return List.copyOf(steps);
    }

    private static @Nullable Step step(@Nullable String text) {
      if (text == null) {
        return null;
      }
      boolean isNumber = text.matches("[1-9]\\d{0,8}");
      long length = isNumber ? Long.parseLong(text) : Durations.parse(text).orElse(0L);
      return length < 1 || length > (isNumber ? MAX_RECORDS : MAX_MILLIS)
          ? null
          : new Step(text, length);
    }

    @Override
    public String allowed() {
      return "a list of 1 to %d different numbers of records (1 to %d) or times (such as 1h, 7d)"
          .formatted(MAX_STEPS, MAX_RECORDS);
    }

    @Override
    public String show(List<Step> value) {
      return value.stream().map(Step::text).toList().toString();
    }
  }

  private static boolean isTime(Step step) {
    return !Character.isDigit(step.text().charAt(step.text().length() - 1));
  }

  /**
   * Returns the pipeline with the column as {@code input.label} and with the task, if it has
   * forecasts; rejects what they exclude.
   */
  public static Mapping withLabel(Mapping document, ConfigErrors errors) {
    if (!(document.at(FORECAST.name()) instanceof Mapping options)) {
      return document;
    }
    int line = document.line(FORECAST.name());
    String name = InputOptions.INPUT.name();
    Mapping whole = document.withDefault(name, Mapping.empty(line));
    if (!(whole.at(name) instanceof Mapping input)) {
      return whole;
    }
    Map<String, Entry> entries = new LinkedHashMap<>(input.entries());
    for (Option<?> excluded :
        List.of(InputOptions.LABEL, InputOptions.TARGETS, InputOptions.LABELS)) {
      Entry given = entries.remove(excluded.name());
      if (given != null) {
        errors.add(
            given.line(),
            "input.%s has no place next to forecast: the label is the value of forecast.column that comes later. Remove it"
                .formatted(excluded.name()));
      }
    }
    String task = InputOptions.TASK.name();
    String regression = KebabCase.of(Task.REGRESSION);
    if (input.has(task)
        && !(input.at(task) instanceof Scalar scalar && regression.equals(scalar.text()))) {
      errors.add(input.line(task), "input.task must be regression to forecast numbers. Remove it");
    }
    Scalar label =
        options.at(COLUMN.name()) instanceof Scalar given && !given.isEmpty()
            ? given
            : new Scalar(COLUMN.name(), line); // an error already
    entries.put(InputOptions.LABEL.name(), new Entry(label.line(), label));
    entries.put(task, new Entry(line, new Scalar(regression, line)));
    return whole.with(name, new Entry(whole.line(name), new Mapping(entries, input.line())));
  }

  /**
   * Returns the forecasts; null if the pipeline makes none. What has an error is replaced, so that
   * reading continues.
   */
  public static @Nullable ForecastSpec read(OptionReader root) {
    if (!root.has(FORECAST)) {
      return null;
    }
    OptionReader in = root.below(FORECAST, GROUP);
    List<Step> horizons = Objects.requireNonNullElse(in.given(HORIZONS), List.of(new Step("1", 1)));
    List<Step> seasons = Objects.requireNonNullElse(in.given(SEASON), List.of());
    boolean areTimes = isTime(horizons.get(0));
    if (in.has(HORIZONS) && !seasons.isEmpty() && isTime(seasons.get(0)) != areTimes) {
      in.reject(
          SEASON,
          "must be %s as forecast.horizons are"
              .formatted(areTimes ? "times, such as 1d," : "numbers of records"));
    }
    return new ForecastSpec(
        Objects.requireNonNullElse(in.given(COLUMN), COLUMN.name()), areTimes, horizons, seasons);
  }
}
