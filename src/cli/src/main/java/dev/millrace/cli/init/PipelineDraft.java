package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.YamlText;
import dev.millrace.cli.csv.ClassText;
import dev.millrace.cli.csv.ColumnWarnings;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.cli.csv.NotationOptions;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.Format;
import dev.millrace.input.InputSpec.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Draft of a pipeline file, with the reason of each choice in a comment. */
final class PipelineDraft {
  private static final int COMMENT_COLUMN = 46;
  private static final int MAX_NAME = 40;
  private static final int MAX_SHARES = 4;
  private static final int MIN_ROWS = 50; // to detect their order
  private static final double MOSTLY = 0.9;

  private final InputProfile input;
  private final FieldRoles roles;
  // Several fields are targets; none is the label of the standard example schema.
  private final List<FieldProfile> labels;
  // Null without exactly one.
  private final @Nullable FieldProfile label;
  private final @Nullable FieldProfile key;
  private final List<FieldProfile> features;
  private final @Nullable String sampledTime;
  private final @Nullable ForecastDraft forecast;
  private final List<String> lines = new ArrayList<>();
  // The column of a file that the text names, also in a comment.
  private @Nullable String namedTime;

  /**
   * @param labels the fields to predict; none only for the standard example schema
   * @param key the field of the model key; null for the record key
   */
  PipelineDraft(
      InputProfile input, FieldRoles roles, List<FieldProfile> labels, @Nullable FieldProfile key) {
    this.input = input;
    this.roles = roles;
    this.labels = List.copyOf(labels);
    this.label = labels.size() == 1 ? labels.get(0) : null;
    this.key = key;
    this.features =
        input.fields().stream()
            .filter(field -> !labels.contains(field) && field != key && isUseful(field))
            .toList();
    this.sampledTime = sampledTime();
    this.forecast = label == null || task() != Task.REGRESSION ? null : roles.forecast(label, key);
  }

  // The numbers of the standard schema are identified by position, so none may be left out.
  private boolean isUseful(FieldProfile field) {
    return roles.useless(field) == null
        || (input.standard() && field.type() == FeatureSpec.Type.NUMERIC);
  }

  /** Returns the number of features. */
  int features() {
    return features.size();
  }

  /** Returns the task; null if it depends on records not yet seen. */
  @Nullable Task task() {
    return label == null || input.records() == 0 ? null : FieldRoles.task(label);
  }

  /**
   * Returns the text of the file.
   *
   * @param folder folder of the file, to which the path of the schema is relative
   */
  String text(String pipeline, String bootstrapServers, Path folder) {
    lines.clear();
    add("# Drafted by ./millrace init from " + origin() + ".");
    add(
        "# Look through it, then check it with ./millrace validate. All options and their"
            + " defaults:");
    add("# docs/reference/pipeline.md");
    add("pipeline: " + YamlText.of(pipeline));
    add("kafka:");
    add("  bootstrap.servers: " + YamlText.of(bootstrapServers));
    add("input:");
    addSource(folder);
    if (!forecastsOnly()) {
      addLabel();
    }
    addKey();
    addFeatures();
    addLimits();
    addForecast();
    addChoices();
    return String.join("\n", lines) + "\n";
  }

  /** Returns the warning about the event times that the text names, if there is one. */
  Optional<String> eventTimeWarning() {
    return input.fields().stream()
        .filter(field -> field.name().equals(namedTime))
        .flatMap(field -> ColumnWarnings.ofEventTimes(field).stream())
        .findFirst();
  }

  private String origin() {
    String name = Printable.line(input.origin(), 80);
    return input.records() == 0
        ? name
        : "%s (%s)".formatted(name, Plural.of(input.records(), "record"));
  }

  private void addSource(Path folder) {
    if (input.topic() != null) {
      add("  topic: " + YamlText.of(input.topic()));
    }
    if (input.format() != Format.AVRO) {
      add("  format: " + input.format().id());
    } else if (labels.size() > 1 && input.isFile()) {
      add("  format: json                       # the standard example schema has one label");
    }
    if (!NotationOptions.entries(input.notation()).isEmpty()) {
      add(
          "  # How numbers and dates are written in CSV; produce sends them in the usual"
              + " notation.");
      NotationOptions.entries(input.notation()).forEach(entry -> add("  " + entry));
    }
    if (input.schema() != null) {
      add("  schema: " + YamlText.of(relative(input.schema(), folder)));
    }
  }

  private static String relative(Path file, Path folder) {
    Path absolute = file.toAbsolutePath().normalize();
    Path base = folder.toAbsolutePath().normalize();
    return absolute.startsWith(base) ? base.relativize(absolute).toString() : absolute.toString();
  }

  private void addLabel() {
    if (labels.size() > 1) {
      addTargets();
      return;
    }
    if (label == null) {
      add("  label: label");
      return;
    }
    if (!input.standard()) {
      add("  # What to predict.");
      addCandidates(roles.labels(), label);
    }
    add(commented("  label: " + YamlText.of(label.name()), describe(label)));
    Task task = task();
    if (task == null) {
      add("  # task: multiclass           # binary, multiclass or regression; detected by default");
      return;
    }
    add("  task: " + KebabCase.of(task));
    String separator = label.listSeparator();
    if (separator != null && !separator.equals(InputSpec.DEFAULT_LABEL_SEPARATOR)) {
      add("  label-separator: \"" + separator + '"');
    }
    List<Map.Entry<String, Long>> classes =
        separator == null ? label.frequencies() : label.itemFrequencies();
    addClasses(task, classes.stream().map(Map.Entry::getKey).toList());
    if (task == Task.BINARY && classes.size() == 2) {
      add(
          commented(
              "  positive-class: " + YamlText.of(classes.get(1).getKey()),
              "the rarer class: precision, recall and F1 speak of it"));
    }
  }

  private void addTargets() {
    add("  # What to predict, each from a field of its own. A record may lack some of them.");
    add("  targets:");
    for (FieldProfile target : labels) {
      String name = YamlText.of(target.name());
      if (input.records() == 0) {
        add(commented("    - " + name, "task guessed from the labels"));
        continue;
      }
      add(commented("    %s: %s".formatted(name, target(target)), describe(target)));
    }
  }

  /** Returns the task of a target, with the classes if all were seen. */
  private String target(FieldProfile target) {
    Task task = target.task();
    List<String> names = target.frequencies().stream().map(Map.Entry::getKey).toList();
    if (!allSeen(task, names)) {
      return task.id();
    }
    String classes = YamlText.of(names.stream().sorted(ClassText.ORDER).toList());
    String positive = task == Task.BINARY ? ", positive-class: " + YamlText.of(names.get(1)) : "";
    return "{ task: %s, classes: %s%s }".formatted(task.id(), classes, positive);
  }

  // A sample may lack classes, and records of an unlisted class are dead letters.
  private boolean allSeen(Task task, List<String> names) {
    boolean allSeen = task == Task.BINARY ? names.size() == 2 : input.isFile();
    return task != Task.REGRESSION
        && allSeen
        && !names.isEmpty()
        && names.size() <= FieldProfile.MAX_ONE_HOT_VALUES;
  }

  /** Declares classes, so that their order is the same for every key. */
  private void addClasses(Task task, List<String> names) {
    if (!allSeen(task, names)) {
      return;
    }
    add(
        "  # In a fixed order. Another label is a dead letter; without this line classes are"
            + " learned");
    add("  # as they come.");
    add("  classes: " + YamlText.of(names.stream().sorted(ClassText.ORDER).toList()));
  }

  private String describe(FieldProfile field) {
    if (input.records() == 0 || field.task() == Task.REGRESSION) {
      return field.describe(input.records());
    }
    List<Map.Entry<String, Long>> classes =
        field.isList() ? field.itemFrequencies() : field.frequencies();
    String shares =
        classes.stream()
            .limit(MAX_SHARES)
            .map(c -> share(c.getKey(), c.getValue()))
            .collect(Collectors.joining(", "));
    String values =
        field.isList()
            ? "sets of up to %,d of %,d labels".formatted(field.maxItems(), field.items())
            : field.distinctValues();
    return values
        + (shares.isEmpty() ? "" : ": " + shares)
        + (classes.size() > MAX_SHARES ? ", …" : "");
  }

  private String share(String name, long count) {
    return Printable.line(name, 24) + " " + Plural.percent(count, input.records());
  }

  private void addKey() {
    List<FieldRoles.Candidate> candidates = roles.keys(labels);
    FieldProfile keys = input.keys();
    if (key != null && !input.isFile()) {
      add("  # Which model learns: one for each value of this field.");
      addCandidates(candidates, key);
      add(commented("  key: " + YamlText.of(key.name()), describeKey(key)));
      return;
    }
    if (key != null) {
      add(
          "  # Model key: the record key, which produce --key %s fills (%s)."
              .formatted(Printable.line(key.name(), MAX_NAME), describeKey(key)));
    } else if (input.isFile()) {
      add("  # Model key: the record key. Without produce --key COLUMN there is one");
      add("  # model, of key \"all\".");
    } else if (keys == null) {
      add("  # Model key: the record key, or a field, named with key.");
    } else {
      add("  # Model key: the record key (%s).".formatted(describeKeys(keys)));
    }
    if (!input.standard()) {
      addCandidates(candidates, key);
    }
  }

  private String describeKey(FieldProfile key) {
    return input.records() == 0 ? "" : key.distinctValues();
  }

  private String describeKeys(FieldProfile keys) {
    if (keys.values() == 0) {
      return "no record has one: name a field with key";
    }
    long missing = input.records() - keys.values();
    return missing == 0
        ? keys.distinctValues()
        : "%s; %s without".formatted(keys.distinctValues(), Plural.of(missing, "record"));
  }

  private void addCandidates(List<FieldRoles.Candidate> candidates, @Nullable FieldProfile chosen) {
    List<FieldRoles.Candidate> others =
        candidates.stream().filter(candidate -> candidate.field() != chosen).toList();
    if (others.isEmpty()) {
      return;
    }
    add(chosen == null ? "  # It could be:" : "  # It could also be:");
    for (FieldRoles.Candidate other : others) {
      add("  #   %s (%s)".formatted(Printable.line(other.field().name(), MAX_NAME), other.why()));
    }
  }

  private void addFeatures() {
    addEventTime();
    String backwards = backwards();
    if (backwards != null) {
      add(
          "  # Rows go back in time: sort them by %s, as records come, and draft again."
              .formatted(Printable.line(backwards, MAX_NAME)));
    }
    List<Proposal> derived = backwards == null ? derived() : List.of();
    addSourceOfProposals(derived);
    if (forecastsOnly()) {
      addLeftOut();
      return;
    }
    if (input.standard() && !hasTexts()) {
      add("  # All numbers of a record are features, in their order.");
      return;
    }
    add("  # Features of the models.");
    add("  features:");
    for (FieldProfile field : features) {
      FeatureSpec spec = field.toFeature(input.records(), true);
      add(commented("    - " + feature(spec), field.describe(input.records())));
    }
    addCrosses();
    addDerived(derived);
    addLeftOut();
  }

  private void addLeftOut() {
    List<String> left = leftOut();
    if (!left.isEmpty()) {
      add("  # Left out:");
      left.forEach(line -> add("  #   " + line));
    }
  }

  /** Adds the two ids with the fewest values, whose pairs repeat most, as a comment. */
  private void addCrosses() {
    List<String> ids =
        features.stream()
            .filter(field -> field.toFeature(input.records(), true).type() == FeatureSpec.Type.ID)
            .sorted(Comparator.comparingLong(FieldProfile::distinct))
            .map(FieldProfile::name)
            .limit(2)
            .toList();
    if (ids.size() == 2) {
      add("  # Each pair of two ids can be an id of its own:");
      add("  # crosses: [" + YamlText.of(ids) + "]");
    }
  }

  private void addDerived(List<Proposal> proposals) {
    if (proposals.isEmpty()) {
      return;
    }
    add(
        "  # Earlier records help to predict the next label. Uncomment, and compare with"
            + " evaluate:");
    add("  # derived:                                # see docs/derived-features.md");
    for (Proposal proposal : proposals) {
      add("  #   # " + proposal.reason());
      add("  #   - { " + proposal.entry() + " }");
    }
  }

  /** Adds options of the input that proposals need and that are not in the draft, as comments. */
  private void addSourceOfProposals(List<Proposal> derived) {
    boolean needsTime = derived.stream().anyMatch(Proposal::needsTime);
    if (!needsTime && forecast == null) {
      return;
    }
    String comment = forecastsOnly() ? "" : "# ";
    if (!input.isFile()) {
      if (sampledTime != null && eventTime() == null) {
        String line = "  " + comment + "event-time: " + YamlText.of(sampledTime);
        add(commented(line, forecastsOnly() ? "" : "for the proposals below"));
      }
      return;
    }
    if (!forecastsOnly()) {
      add("  # For the proposals below: JSON has all columns, which the standard schema has not.");
    }
    add("  " + comment + "format: json");
    if (sampledTime != null) {
      add("  " + comment + "event-time: " + YamlText.of(sampledTime));
      namedTime = sampledTime;
    }
    if (forecast != null && forecast.keyName() != null) {
      add("  " + comment + "key: " + YamlText.of(forecast.keyName()));
    }
  }

  /** Returns the first field of event times that the sample has; null if there is none. */
  private @Nullable String sampledTime() {
    RowSample sample = input.sample();
    String declared = eventTime();
    if (declared != null || !(input.isFile() || input.format() == Format.JSON)) {
      return declared != null && sample.isComplete(declared) ? declared : null;
    }
    return roles.others(labels).stream()
        .filter(field -> sample.isComplete(field.name()))
        .filter(field -> sample.isTimes(field.name()) || field.isMillis())
        .map(FieldProfile::name)
        .findFirst()
        .orElse(null);
  }

  /** Returns the field of time by which the newest rows come first; null if they do not. */
  private @Nullable String backwards() {
    RowSample sample = input.sample();
    String time = ForecastDraft.time(sample, roles.others(labels));
    double[] times = time == null ? null : sample.column(time);
    if (times == null || sample.rows() < MIN_ROWS) {
      return null;
    }
    int back = 0;
    int forth = 0;
    for (int r = 1; r < sample.rows(); r++) {
      back += times[r] < times[r - 1] ? 1 : 0;
      forth += times[r] > times[r - 1] ? 1 : 0;
    }
    return back >= MOSTLY * (back + forth) && back > 0 ? time : null;
  }

  /** Returns the derived features that the records suggest. */
  private List<Proposal> derived() {
    Task task = task();
    if (label == null || task == null || task == Task.MULTICLASS || task == Task.MULTILABEL) {
      return List.of();
    }
    List<Map.Entry<String, Long>> classes = label.frequencies();
    if (task == Task.BINARY && classes.size() != 2) {
      return List.of();
    }
    return DerivedProposals.of(
        input.sample(),
        input.records(),
        label.name(),
        task == Task.BINARY ? classes.get(1).getKey() : null,
        key == null ? RowSample.RECORD_KEY : key.name(),
        features,
        // Regular steps are not informative about rates.
        forecast == null ? sampledTime : null);
  }

  /** Returns the fields that become no features, each with the reason. */
  List<String> leftOut() {
    List<String> left = new ArrayList<>();
    for (FieldProfile field : input.fields()) {
      String why = roles.useless(field);
      if (!labels.contains(field) && field != key && !isUseful(field)) {
        left.add(Printable.line(field.name(), MAX_NAME) + ": " + why);
      }
    }
    left.addAll(input.unusable());
    return left;
  }

  private boolean hasTexts() {
    return features.stream().anyMatch(field -> field.type() == FeatureSpec.Type.TEXT);
  }

  private void addEventTime() {
    String time = eventTime();
    if (time != null) {
      add("  event-time: " + YamlText.of(time));
    }
  }

  private @Nullable String eventTime() {
    if (input.isFile() || input.standard()) {
      return null;
    }
    String declared = input.eventTime();
    return roles.others(labels).stream()
        .filter(field -> declared == null ? field.isMillis() : field.name().equals(declared))
        .map(FieldProfile::name)
        .findFirst()
        .orElse(null);
  }

  /** Adds the forecast that the records allow, as comment unless there is nothing else to do. */
  private void addForecast() {
    if (forecast == null) {
      return;
    }
    if (!forecastsOnly()) {
      add("");
      forecast.reasons().forEach(this::add);
      add("# To forecast it (docs/forecasting.md), delete label and task, and uncomment this:");
      add("# " + forecast.block());
      return;
    }
    forecast.reasons().forEach(this::add);
    add(forecast.block());
  }

  /** Returns true if the file forecasts, since there are no features to predict the label from. */
  boolean forecastsOnly() {
    return features.isEmpty() && forecast != null;
  }

  private static String feature(FeatureSpec spec) {
    String name = YamlText.of(spec.name());
    if (spec.type() == FeatureSpec.Type.NUMERIC && !spec.nullable()) {
      return name;
    }
    StringBuilder text = new StringBuilder("{ name: ").append(name);
    if (spec.type() != FeatureSpec.Type.NUMERIC) {
      text.append(", type: ").append(spec.type().id());
    }
    if (spec.type() == FeatureSpec.Type.ONE_HOT) {
      text.append(", values: ").append(YamlText.of(spec.values()));
    }
    if (spec.type() == FeatureSpec.Type.SET) {
      if (spec.maxIds() != FeatureSpec.IdOptions.MAX_SET) {
        text.append(", max: ").append(spec.maxIds());
      }
      text.append(", separator: ").append('"').append(spec.separator()).append('"');
    }
    if (spec.nullable()) {
      text.append(", nullable: true");
    }
    return text.append(" }").toString();
  }

  private void addLimits() {
    if (label != null && task() == Task.MULTICLASS && label.distinct() > Limits.DEFAULT.classes()) {
      add("limits:");
      String others =
          label.distinct() > Limits.MAX_CLASSES
              ? "and more there cannot be: the others are dead letters, so group them before"
              : "with the usual " + Limits.DEFAULT.classes() + " the others would be dead letters";
      add(
          commented(
              "  classes: " + Math.min(label.distinct(), Limits.MAX_CLASSES),
              "of " + label.distinctValues() + "; " + others));
    }
  }

  /** Adds frequently changed options with their defaults. */
  private void addChoices() {
    add("");
    add("# Uncomment what is to be otherwise.");
    add(
        "# auto: balanced                     # fast, balanced or accurate; or a model of your"
            + " own");
    add("# metrics: { window: 1000, every: 1000, max-interval: 1s }");
    add("# output: { predictions: true }      # the prediction of each record");
    add("# state: { ttl: 30d }                # forget keys without records for so long");
  }

  private static String commented(String line, String comment) {
    if (comment.isEmpty()) {
      return line;
    }
    int gap = Math.max(2, COMMENT_COLUMN - line.length());
    return line + " ".repeat(gap) + "# " + comment;
  }

  private void add(String line) {
    lines.add(line);
  }
}
