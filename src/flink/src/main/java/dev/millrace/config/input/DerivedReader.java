package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.Durations;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Computation;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.DerivedFeature.Smoothed;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code input.derived}: features computed from earlier records. */
final class DerivedReader {
  private static final List<Option<String>> KINDS =
      List.of(
          DerivedOptions.LAG,
          DerivedOptions.CHANGE,
          DerivedOptions.WINDOW,
          DerivedOptions.EWM,
          DerivedOptions.SINCE);
  private static final List<Aggregate> SMOOTHED =
      List.of(Aggregate.MEAN, Aggregate.STD, Aggregate.COUNT, Aggregate.RATE);
  private static final int MAX_FEATURES = 1_000;
  private static final int MAX_WINDOW = 1_000;
  private static final long MAX_MILLIS = 3_650L * 86_400_000;

  private final OptionReader in;
  private final ConfigErrors errors;

  /**
   * @param in the input part
   */
  DerivedReader(OptionReader in, ConfigErrors errors) {
    this.in = in;
    this.errors = errors;
  }

  /** Returns the derived features in the order of the file. */
  List<DerivedFeature> read() {
    List<DerivedFeature> features = new ArrayList<>();
    Set<String> names = new HashSet<>();
    in.each(
        InputOptions.DERIVED,
        DerivedOptions.DERIVED_GROUP,
        "a map of options, such as { lag: load, steps: [1, 24] }",
        options -> {
          DerivedFeature feature = feature(options);
          if (feature != null) {
            feature.names().stream()
                .filter(name -> !names.add(name))
                .forEach(name -> options.reject("is " + name + " a second time. Remove it"));
            features.add(feature);
          }
        });
    int width = features.stream().mapToInt(DerivedFeature::width).sum();
    if (width > MAX_FEATURES) {
      in.reject(
          InputOptions.DERIVED,
          "are " + width + " features, but at most " + MAX_FEATURES + " are allowed");
    }
    return features;
  }

  private @Nullable DerivedFeature feature(OptionReader options) {
    List<Option<String>> kinds = KINDS.stream().filter(options::mentions).toList();
    if (kinds.size() != 1) {
      String all = KINDS.stream().map(Option::name).collect(Collectors.joining(", "));
      String given = kinds.stream().map(Option::name).collect(Collectors.joining(", "));
      options.reject(
          "must have one of %s, but has %s".formatted(all, kinds.isEmpty() ? "none" : given));
      return null;
    }
    int before = errors.count();
    Option<String> kind = kinds.get(0);
    Computation computation = computation(kind, options);
    List<String> by = words(options, DerivedOptions.BY);
    String label = in.given(InputOptions.LABEL);
    if (TargetsReader.labelFields(in).stream().anyMatch(by::contains)) {
      options.reject(
          DerivedOptions.BY,
          "has the label, which is not known when the record comes. Name another field");
    }
    String column = kind == DerivedOptions.SINCE ? null : options.given(kind);
    if (column == null && kind != DerivedOptions.SINCE) {
      return null; // an error already
    }
    boolean isLabel = column != null && column.equals(label);
    if (isLabel && computation != null && computation instanceof Window window) {
      requireNumbers(options, window);
    }
    return errors.noneSince(before) && computation != null
        ? new DerivedFeature(column, by, computation)
        : null;
  }

  private static void requireNumbers(OptionReader options, Window window) {
    if (window.functions().contains(Aggregate.DISTINCT)) {
      options.reject(DerivedOptions.DO, "has distinct, which does not apply to labels. Remove it");
    }
  }

  private @Nullable Computation computation(Option<String> kind, OptionReader options) {
    boolean isLag = kind == DerivedOptions.LAG || kind == DerivedOptions.CHANGE;
    boolean isWindow = kind == DerivedOptions.WINDOW;
    boolean isEwm = kind == DerivedOptions.EWM;
    onlyWith(DerivedOptions.STEPS, isLag, "lag, change", options);
    onlyWith(DerivedOptions.AGO, isLag, "lag, change", options);
    onlyWith(DerivedOptions.OF, isWindow, "window", options);
    onlyWith(DerivedOptions.SMOOTHING, isWindow, "window", options);
    onlyWith(DerivedOptions.HALF_LIFE, isEwm, "ewm", options);
    onlyWith(DerivedOptions.DO, isWindow || isEwm, "window, ewm", options);
    if (isLag) {
      return lags(kind == DerivedOptions.CHANGE, options);
    } else if (isWindow) {
      return window(options);
    }
    return isEwm ? smoothed(options) : new Since();
  }

  private static void onlyWith(
      Option<?> option, boolean applies, String kinds, OptionReader options) {
    if (options.mentions(option) && !applies) {
      options.reject(option, "applies only to " + kinds + ". Remove it");
    }
  }

  private @Nullable Computation lags(boolean isChange, OptionReader options) {
    boolean inTime = options.mentions(DerivedOptions.AGO);
    if (inTime && options.mentions(DerivedOptions.STEPS)) {
      options.reject(DerivedOptions.AGO, "excludes steps. Remove one of them");
      return null;
    }
    Option<YamlNode> option = inTime ? DerivedOptions.AGO : DerivedOptions.STEPS;
    List<Long> steps = new ArrayList<>();
    for (String text : words(options, option)) {
      long step = inTime ? millis(text) : count(text, DerivedFeature.MAX_RECORDS);
      if (step == 0) {
        String allowed =
            inTime
                ? "must be times from 1s to 3650d, such as [1h, 1d]"
                : "must be whole numbers from 1 to " + DerivedFeature.MAX_RECORDS;
        options.reject(option, allowed + ", but one is " + Scalar.quote(text));
        return null;
      }
      steps.add(step);
    }
    return new Lags(steps, inTime, isChange);
  }

  private @Nullable Computation window(OptionReader options) {
    String window = options.word(DerivedOptions.OF);
    long millis = millis(window);
    long records = count(window, MAX_WINDOW);
    Unit unit = window.equals("all") ? Unit.ALL : millis > 0 ? Unit.MILLIS : Unit.RECORDS;
    if (unit == Unit.RECORDS && records == 0) {
      options.reject(
          DerivedOptions.OF,
          "must be a number of values up to "
              + MAX_WINDOW
              + ", a time such as 1h, or all, but was "
              + Scalar.quote(window));
      return null;
    }
    List<Aggregate> functions = functions(options, List.of(Aggregate.values()));
    float smoothing = options.get(DerivedOptions.SMOOTHING);
    if (smoothing > 0 && !functions.contains(Aggregate.MEAN)) {
      options.reject(DerivedOptions.SMOOTHING, "applies only to mean, which do does not have");
    }
    return new Window(unit == Unit.MILLIS ? millis : records, unit, functions, smoothing);
  }

  private @Nullable Computation smoothed(OptionReader options) {
    String text = options.word(DerivedOptions.HALF_LIFE);
    boolean inTime = millis(text) > 0;
    long halfLife = inTime ? millis(text) : count(text, 1_000_000);
    if (halfLife == 0) {
      options.reject(
          DerivedOptions.HALF_LIFE,
          "must be a number of values up to 1000000 or a time such as 1h, but was "
              + Scalar.quote(text));
      return null;
    }
    List<Aggregate> functions = functions(options, SMOOTHED);
    if (!inTime && functions.contains(Aggregate.RATE)) {
      options.reject(DerivedOptions.DO, "has rate, which needs a half-life in time, such as 1h");
    }
    return new Smoothed(halfLife, inTime, functions);
  }

  private static List<Aggregate> functions(OptionReader options, List<Aggregate> allowed) {
    List<Aggregate> functions = new ArrayList<>();
    for (String name : options.get(DerivedOptions.DO)) {
      Optional<Aggregate> function =
          allowed.stream().filter(one -> one.id().equals(name)).findAny();
      function.ifPresent(functions::add);
      if (function.isEmpty()) {
        options.reject(
            DerivedOptions.DO,
            "has %s; allowed are %s"
                .formatted(
                    Scalar.quote(name),
                    allowed.stream().map(Aggregate::id).collect(Collectors.joining(", "))));
      }
    }
    return functions;
  }

  /** Returns the time that a text names; 0 if it names none that is allowed. */
  private static long millis(String text) {
    return Durations.parse(text)
        .filter(millis -> millis >= 1_000 && millis <= MAX_MILLIS)
        .orElse(0L);
  }

  /** Returns the number that a text names; 0 if it names none that is allowed. */
  private static long count(String text, int max) {
    long count = text.matches("[1-9]\\d{0,8}") ? Long.parseLong(text) : 0;
    return count <= max ? count : 0;
  }

  /** Returns the words of a list, or the single one. */
  private static List<String> words(OptionReader options, Option<YamlNode> option) {
    return options.items(option).stream().map(YamlNode::word).distinct().toList();
  }
}
