package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.cli.csv.NumberMeaning;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Guesses the roles of fields from names, types and counts: label, model key, or useless. Each
 * guess has a reason.
 */
final class FieldRoles {
  private static final double NEARLY_UNIQUE = 0.9;
  private static final int MAX_CLASSES = 100;
  private static final int MAX_CANDIDATES = 4;
  private static final int MAX_SERIES = 20; // fields to look at
  private static final int MIN_EXAMPLES_OF_A_KEY = 20;
  private static final int ENOUGH_FOR_A_MODEL = 200;
  private static final int ENOUGH = 50;

  private static final Pattern LABEL =
      Pattern.compile("(?i)y|(.*[._])?(label|target|class|truth|outcome|verdict)");
  private static final Pattern LABEL_LIKE =
      Pattern.compile(
          "(?i).*(label|target|class|fraud|churn|default|click|fault|failure|fails|status|verdict"
              + "|outcome|result|price|cost|demand|quality|survived|spam|anomaly).*");
  private static final Pattern AMOUNT_LIKE =
      Pattern.compile(
          "(?i)(.*[._ -])?(units|sales|sold|count|amount|quantity|qty|revenue|turnover|volume"
              + "|consumption|rating|score)([._ -].*)?");
  private static final Pattern KEY_LIKE =
      Pattern.compile(
          "(?i)(.*[._ -])?(id|key|device|sensor|machine|shop|store|merchant|user|customer|account"
              + "|host|station|site|plant|vehicle|symbol|product|region|country|segment|market"
              + "|line|name)([._ -].*)?");

  /** A field that could have a role, and the reason. */
  record Candidate(FieldProfile field, double score, String why) {}

  private final InputProfile input;
  private final Set<String> dropped;
  private final Map<FieldProfile, Optional<ForecastDraft>> series = new HashMap<>();

  FieldRoles(InputProfile input, List<String> dropped) {
    this.input = input;
    this.dropped = Set.copyOf(dropped);
  }

  /** Returns possible labels, most probable first. */
  List<Candidate> labels() {
    List<Candidate> candidates = new ArrayList<>();
    int last = input.fields().size() - 1;
    for (int f = 0; f <= last; f++) {
      FieldProfile field = input.fields().get(f);
      if (notLabel(field) == null) {
        candidates.add(label(field, f == last, f == 0));
      }
    }
    return best(candidates);
  }

  /** Returns fields with names like a label that are not guessed as label, with the reason. */
  List<Candidate> notLabels() {
    List<Candidate> rejected = new ArrayList<>();
    for (FieldProfile field : input.fields()) {
      String why = notLabel(field);
      if (why != null && LABEL_LIKE.matcher(field.name()).matches()) {
        rejected.add(new Candidate(field, 0, why));
      }
    }
    return rejected;
  }

  private @Nullable String notLabel(FieldProfile field) {
    if (useless(field) != null) {
      return useless(field);
    }
    if (field.isTimes()) {
      return "a date or time";
    }
    // An empty cell may be an empty list.
    if (field.values() < input.records() && !field.isList()) {
      return Plural.of(input.records() - field.values(), "record") + " have none";
    }
    return fewEnough(field)
        ? null
        : "%s, and no label of more than %d classes is guessed"
            .formatted(field.distinctValues(), MAX_CLASSES);
  }

  private boolean fewEnough(FieldProfile field) {
    boolean text = field.type() != FeatureSpec.Type.NUMERIC;
    long classes = field.isList() ? field.items() : field.distinct();
    return !text || input.records() == 0 || classes <= MAX_CLASSES;
  }

  private Candidate label(FieldProfile field, boolean last, boolean first) {
    List<String> why = new ArrayList<>();
    double score = 0;
    if (LABEL.matcher(field.name()).matches()) {
      score += 5;
      why.add("its name");
    } else if (LABEL_LIKE.matcher(field.name()).matches()) {
      score += 2;
      why.add("its name");
    } else if (AMOUNT_LIKE.matcher(field.name()).matches()) {
      score += 2.5;
      why.add("its name");
    } else if (KEY_LIKE.matcher(field.name()).matches()) {
      score -= 3;
    }
    if (last || first) {
      score += last ? 2 : 1;
      why.add(last ? "the last field" : "the first field");
    }
    if (task(field) == Task.REGRESSION) {
      score += 0.5;
      why.add("numbers");
      if (series(field).isPresent()) {
        score += 2;
        why.add("series with regular steps");
      }
    } else if (field.isList()) {
      score += 3.5;
      why.add("lists of %,d items".formatted(field.items()));
    } else {
      score += field.type() == FeatureSpec.Type.NUMERIC ? 1 : 2.5;
      why.add(input.records() == 0 ? "names of classes" : field.distinctValues());
    }
    return new Candidate(field, score, String.join(", ", why));
  }

  /** Returns the task of predicting a field: lists are sets of labels. */
  static Task task(FieldProfile field) {
    return field.isList() ? Task.MULTILABEL : field.task();
  }

  /** Returns the field of the series whose numbers a field has; null if it has no such series. */
  @Nullable FieldProfile seriesKey(FieldProfile field) {
    String name = series(field).map(ForecastDraft::keyName).orElse(null);
    return input.fields().stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
  }

  private Optional<ForecastDraft> series(FieldProfile field) {
    Optional<ForecastDraft> known = series.get(field);
    if (known == null) {
      boolean isLooked = task(field) == Task.REGRESSION && series.size() < MAX_SERIES;
      known = isLooked ? Optional.ofNullable(forecast(field, null)) : Optional.empty();
      series.put(field, known);
    }
    return known;
  }

  /**
   * Returns the forecast of a field; null if its values are no series with regular steps.
   *
   * @param key the field of the model key; null for the record key, or in a file for any
   */
  @Nullable ForecastDraft forecast(FieldProfile field, @Nullable FieldProfile key) {
    List<String> names = new ArrayList<>();
    names.add(key == null ? RowSample.RECORD_KEY : key.name());
    if (input.isFile() && key == null) {
      keys(List.of(field)).forEach(candidate -> names.add(candidate.field().name()));
    }
    return ForecastDraft.of(input, field, others(List.of(field)), names);
  }

  /** Returns possible model keys, most probable first. */
  List<Candidate> keys(Collection<FieldProfile> labels) {
    List<Candidate> candidates = new ArrayList<>();
    for (FieldProfile field : input.fields()) {
      boolean named = KEY_LIKE.matcher(field.name()).matches();
      boolean text = field.type() == FeatureSpec.Type.TEXT;
      boolean whole = field.isWholeNumbers() || field.type() == FeatureSpec.Type.TEXT;
      if (labels.contains(field)
          || dropped.contains(field.name())
          || field.isOtherDates()
          || field.isTimes()
          || field.isList()
          || !fitsAsKey(field, named, whole)) {
        continue;
      }
      double score = (named ? 3 : 0) + (text ? 2 : 0);
      String why = input.records() == 0 ? "its name" : perKey(field);
      candidates.add(new Candidate(field, score, why));
    }
    return best(candidates);
  }

  /** Returns the number of values and records of each, with a remedy if there are few. */
  private static String perKey(FieldProfile field) {
    long each = field.values() / field.distinct();
    return "%s, about %,d records each%s"
        .formatted(
            field.distinctValues(),
            each,
            each < ENOUGH_FOR_A_MODEL ? "; few: see docs/warm-start.md" : "");
  }

  private boolean fitsAsKey(FieldProfile field, boolean named, boolean whole) {
    if (input.records() == 0) {
      return named && field.type() != FeatureSpec.Type.BOOLEAN;
    }
    return whole
        && field.values() == input.records()
        && field.distinct() > 2
        && field.distinct() * MIN_EXAMPLES_OF_A_KEY <= field.values();
  }

  /** Returns the reason why a field is no use to a model; null if it may be of use. */
  @Nullable String useless(FieldProfile field) {
    if (dropped.contains(field.name())) {
      return "--drop";
    }
    if (input.records() == 0) {
      return null;
    }
    if (field.values() == 0) {
      return "never has a value";
    }
    if (field.distinct() == 1 && !field.mayBeMissing(input.records())) {
      return "always the same";
    }
    if (field.isCounting()) {
      return "counts the records";
    }
    if (field.isOtherDates()) {
      return "a date or time, but not as ISO 8601 spells it (2026-11-26T09:30)";
    }
    if (field.isOtherNumbers()) {
      return "numbers, but not written as 1234.5 is";
    }
    if (field.isTooLarge()) {
      return "numbers beyond 3.4e38, which a 32-bit float does not hold";
    }
    boolean nearlyUnique =
        field.values() >= ENOUGH
            && field.distinct() > NEARLY_UNIQUE * field.values()
            && !field.isTimes();
    boolean identifier =
        (field.type() == FeatureSpec.Type.TEXT && !field.isFreeText())
            || (field.isWholeNumbers() && NumberMeaning.isCalledId(field.name()));
    if (!nearlyUnique || !identifier) {
      return null;
    }
    return field.strayText() == null ? "another value in nearly each record" : field.strayText();
  }

  /** Returns the fields that may hold times: no label, and none that {@code --drop} names. */
  List<FieldProfile> others(Collection<FieldProfile> labels) {
    return input.fields().stream()
        .filter(field -> !labels.contains(field) && !dropped.contains(field.name()))
        .toList();
  }

  private static List<Candidate> best(List<Candidate> candidates) {
    candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
    return candidates.subList(0, Math.min(MAX_CANDIDATES, candidates.size()));
  }
}
