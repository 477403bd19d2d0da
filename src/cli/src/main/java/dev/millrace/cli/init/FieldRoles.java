package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.csv.ColumnWarnings;
import dev.millrace.cli.csv.NumberMeaning;
import dev.millrace.data.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Guesses what the fields of records are for: which could be the label, which the model key, which
 * teach a model nothing. A guess is made from names, types and counts, and is shown with its
 * reason.
 */
final class FieldRoles {
  private static final int MAX_CLASSES_AS_INTEGERS = 20;
  private static final int MAX_CLASSES = 100;
  private static final int MAX_CANDIDATES = 4;
  private static final int MIN_EXAMPLES_OF_A_KEY = 20;
  private static final int ENOUGH_FOR_A_MODEL = 200;
  private static final double ALMOST_ALL = 0.9;
  private static final int ENOUGH = 50;

  private static final Pattern LABEL =
      Pattern.compile("(?i)y|(.*[._])?(label|target|class|truth|outcome|verdict)");
  private static final Pattern LABEL_LIKE =
      Pattern.compile(
          "(?i).*(label|target|class|fraud|churn|default|click|fault|failure|fails|status|verdict"
              + "|outcome|result|price|cost|demand|quality|survived|spam|anomaly).*");
  private static final Pattern KEY_LIKE =
      Pattern.compile(
          "(?i)(.*[._ -])?(id|key|device|sensor|machine|shop|store|merchant|user|customer|account"
              + "|host|station|site|plant|vehicle|symbol|product|region|country|segment|market"
              + "|line|name)([._ -].*)?");

  /** A field that could have a role, and why. */
  record Candidate(FieldProfile field, double score, String why) {}

  private final InputProfile input;
  private final Set<String> dropped;

  /**
   * @param dropped names of the fields that are not wanted
   */
  FieldRoles(InputProfile input, List<String> dropped) {
    this.input = input;
    this.dropped = Set.copyOf(dropped);
  }

  /** Fields that could be what to predict, the likeliest first. */
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

  /** Fields that are called like a label but are not guessed to be it, with the reason. */
  List<Candidate> notLabels() {
    List<Candidate> passedOver = new ArrayList<>();
    for (FieldProfile field : input.fields()) {
      String why = notLabel(field);
      if (why != null && LABEL_LIKE.matcher(field.name()).matches()) {
        passedOver.add(new Candidate(field, 0, why));
      }
    }
    return passedOver;
  }

  private String notLabel(FieldProfile field) {
    if (useless(field) != null) {
      return useless(field);
    }
    if (field.isTimes()) {
      return "a date or time";
    }
    if (field.values() < input.records()) {
      return Plural.of(input.records() - field.values(), "record") + " have none";
    }
    return fewEnough(field)
        ? null
        : "%s, and no label of more than %d classes is guessed"
            .formatted(field.distinctValues(), MAX_CLASSES);
  }

  private boolean fewEnough(FieldProfile field) {
    boolean text = field.type() != FieldProfile.Type.NUMBER;
    return !text || input.records() == 0 || field.distinct() <= MAX_CLASSES;
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
    }
    if (last || first) {
      score += last ? 2 : 1;
      why.add(last ? "the last field" : "the first field");
    }
    Task task = task(field);
    if (task == Task.REGRESSION) {
      score += 0.5;
      why.add("numbers");
    } else {
      score += field.type() == FieldProfile.Type.NUMBER ? 1 : 2.5;
      why.add(input.records() == 0 ? "names of classes" : field.distinctValues());
    }
    return new Candidate(field, score, String.join(", ", why));
  }

  /** What predicting a field would be. */
  Task task(FieldProfile field) {
    if (field.type() == FieldProfile.Type.NUMBER) {
      boolean few = field.isWholeNumbers() && field.distinct() <= MAX_CLASSES_AS_INTEGERS;
      if (!few) {
        return Task.REGRESSION;
      }
    }
    return field.distinct() <= 2 ? Task.BINARY : Task.MULTICLASS;
  }

  /** Fields that could say which model learns, the likeliest first. */
  List<Candidate> keys(FieldProfile label) {
    List<Candidate> candidates = new ArrayList<>();
    for (FieldProfile field : input.fields()) {
      boolean named = KEY_LIKE.matcher(field.name()).matches();
      boolean text = field.type() == FieldProfile.Type.TEXT;
      boolean whole = field.isWholeNumbers() || field.type() == FieldProfile.Type.TEXT;
      if (field == label || field.isDates() || field.isTimes() || !fitsAsKey(field, named, whole)) {
        continue;
      }
      double score = (named ? 3 : 0) + (text ? 2 : 0);
      String why = input.records() == 0 ? "its name" : perKey(field);
      candidates.add(new Candidate(field, score, why));
    }
    return best(candidates);
  }

  /** Returns the number of values and records of each, with a way out where those are few. */
  private static String perKey(FieldProfile field) {
    long each = field.values() / field.distinct();
    return String.format(
        Locale.ROOT,
        "%s, about %,d records each%s",
        field.distinctValues(),
        each,
        each < ENOUGH_FOR_A_MODEL ? "; few: see docs/warm-start.md" : "");
  }

  private boolean fitsAsKey(FieldProfile field, boolean named, boolean whole) {
    if (input.records() == 0) {
      return named && field.type() != FieldProfile.Type.BOOLEAN;
    }
    return whole
        && field.values() == input.records()
        && field.distinct() > 2
        && field.distinct() * MIN_EXAMPLES_OF_A_KEY <= field.values();
  }

  /** Why a field teaches a model nothing, or null if it may. */
  String useless(FieldProfile field) {
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
    if (field.isDates()) {
      return "a date or time, but not as ISO 8601 spells it (2026-11-26T09:30)";
    }
    if (field.isOtherNumbers()) {
      return ColumnWarnings.OTHER_NUMBERS;
    }
    if (field.isTooLarge()) {
      return "numbers beyond 3.4e38, which a 32-bit float does not hold";
    }
    boolean nearlyUnique =
        field.values() >= ENOUGH
            && field.distinct() > ALMOST_ALL * field.values()
            && !field.isTimes();
    boolean identifier =
        field.type() == FieldProfile.Type.TEXT
            || (field.isWholeNumbers() && NumberMeaning.isCalledId(field.name()));
    if (!nearlyUnique || !identifier) {
      return null;
    }
    return field.strayText() == null ? "another value in nearly each record" : field.strayText();
  }

  /**
   * Whether the numbers of a field are dates without dashes, or milliseconds or seconds from 1970
   * up to a time of this age; those of what is called an id are not, for many are as large.
   */
  static boolean isTime(FieldProfile field) {
    return NumberMeaning.isTime(
        field.name(),
        field.isWholeNumbers(),
        field.isBareDates(),
        field.distinct(),
        field.min(),
        field.max());
  }

  /** Whether a field can be {@code event-time}. */
  static boolean isMillis(FieldProfile field) {
    return field.isWholeNumbers()
        && field.distinct() > 2
        && NumberMeaning.isMillis(field.min(), field.max());
  }

  private static List<Candidate> best(List<Candidate> candidates) {
    candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
    return candidates.subList(0, Math.min(MAX_CANDIDATES, candidates.size()));
  }
}
