package dev.millrace.codec.fields;

import dev.millrace.codec.text.AcceptedTexts;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.EventTime;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.GroupReader;
import dev.millrace.codec.text.IdReader;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.TextCache;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.Printable;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads records whose fields have names: the declared columns become features. Not thread-safe. */
public final class MappedExampleReader implements ExampleReader {

  private static final int MAX_NAMES = 8;
  private static final int MAX_CHARACTERS = 40;

  private final FieldsParser parser;
  private final FieldFeatures features;
  private final RecordLabel label;
  private final KeyReader keys;
  private final AcceptedTexts acceptedKeys = new AcceptedTexts();
  private final String @Nullable [] keyPath;
  private final String @Nullable [] weightPath;
  private final String @Nullable [] eventTimePath;
  private final ClockTime.@Nullable Unit eventTimeUnit;
  private final String @Nullable [] idPath;
  private final IdReader ids;
  private final String @Nullable [] groupPath;
  private final GroupReader groups;
  private final CarriedReader carried;
  private final boolean labelsOnly;
  // The outermost fields that the pipeline reads.
  private final Set<String> read = new HashSet<>();
  // Whether a record may have only features, and only a label.
  private final boolean mayLackLabel;
  private final boolean mayLackFeatures;
  private final boolean hasDeclared;

  /**
   * @param labelsOnly whether the records have labels and no features
   */
  public MappedExampleReader(
      InputSpec spec, KeyReader keys, FieldsParser parser, boolean labelsOnly) {
    this(
        spec,
        keys,
        parser,
        new MappedFeatures(spec, parser),
        labelsOnly,
        !labelsOnly && spec.mayLackLabel());
  }

  /** Creates a reader of records that may have no label. */
  public MappedExampleReader(
      InputSpec spec, KeyReader keys, FieldsParser parser, FieldFeatures features) {
    this(spec, keys, parser, features, false, true);
  }

  private MappedExampleReader(
      InputSpec spec,
      KeyReader keys,
      FieldsParser parser,
      FieldFeatures features,
      boolean labelsOnly,
      boolean mayLackLabel) {
    this.parser = parser;
    boolean hasPaths = ExampleSchema.hasPaths(spec);
    this.idPath = optionalPath(spec.id(), hasPaths);
    this.ids = new IdReader(spec.labels() != null);
    this.groupPath = optionalPath(spec.group(), hasPaths);
    this.groups = new GroupReader(Objects.requireNonNullElse(spec.group(), ""));
    this.carried = new CarriedReader(spec);
    this.labelsOnly = labelsOnly;
    this.mayLackLabel = mayLackLabel;
    this.mayLackFeatures = spec.labels() != null && !labelsOnly;
    this.features = features;
    this.hasDeclared = !spec.features().isEmpty();
    this.label = label(spec, hasPaths, keys.texts());
    this.keys = keys;
    this.keyPath = optionalPath(spec.key(), hasPaths);
    this.weightPath = optionalPath(spec.weight(), hasPaths);
    this.eventTimePath = optionalPath(spec.eventTime(), hasPaths);
    this.eventTimeUnit = eventTimePath == null ? null : parser.unit(eventTimePath);
    for (String[] path : Arrays.asList(keyPath, weightPath, eventTimePath, idPath, groupPath)) {
      if (path != null) {
        read.add(path[0]);
      }
    }
    spec.labelFields().forEach(field -> read.add(RecordFields.path(field, hasPaths)[0]));
    spec.features().forEach(feature -> read.add(RecordFields.path(feature.name(), hasPaths)[0]));
    spec.carried().forEach(column -> read.add(RecordFields.path(column.name(), hasPaths)[0]));
  }

  private static RecordLabel label(InputSpec spec, boolean hasPaths, TextCache texts) {
    if (!spec.targets().isEmpty()) {
      return new TargetFields(spec.targets(), hasPaths, texts);
    }
    String[] path = RecordFields.path(spec.label(), hasPaths);
    return spec.task() == Task.MULTILABEL
        ? new LabelSetField(path, new LabelSetReader(spec, texts))
        : new LabelField(path, new LabelReader(spec, texts), false);
  }

  @Override
  public void read(byte[] value, int from, Example into) throws RejectedException, IOException {
    RecordFields fields = parser.parse(value, from);
    if (fields == null) {
      into.kind = RecordKind.DELETION;
      return;
    }
    try {
      read(fields, into);
    } catch (RejectedException e) {
      throw withNames(e, fields);
    }
  }

  /** Reads the fields of a record. */
  public void read(RecordFields fields, Example into) throws RejectedException {
    if (keyPath != null) {
      into.key = key(fields, keyPath);
    }
    if (idPath != null) {
      Object id = fields.name(idPath);
      ids.read(id == null ? null : FieldText.of(id, "id", DeadLetterReason.INVALID_ID), into);
    }
    into.kind = kind(fields, label.find(fields));
    if (into.kind.hasLabel()) {
      label.read(fields, into);
    } else {
      into.label = null;
    }
    into.weight =
        into.kind.hasFeatures() && weightPath != null ? readWeight(fields, weightPath) : 1f;
    readEventTime(fields, into);
    if (into.kind.hasFeatures()) {
      features.read(fields, into);
      carried.read(fields, into);
      readGroup(fields, into);
    } else {
      into.resize(0);
    }
    if (!labelsOnly) {
      fields.addOthers(read, into.ignoredFields);
    }
  }

  // A value that is no text or number is no group: the metrics never reject an example.
  private void readGroup(RecordFields fields, Example into) {
    Object group = groupPath == null ? null : fields.name(groupPath);
    if (group instanceof CharSequence || group instanceof Number || group instanceof Boolean) {
      groups.read(FieldText.of(group), into);
    }
  }

  private RecordKind kind(RecordFields fields, boolean hasLabel) {
    if (labelsOnly) {
      return RecordKind.LABEL;
    }
    if (!hasDeclared && mayLackFeatures) {
      return hasLabel ? RecordKind.LABEL : RecordKind.FEATURES;
    }
    if (!hasLabel) {
      return mayLackLabel && (!mayLackFeatures || features.hasAny(fields))
          ? RecordKind.FEATURES
          : RecordKind.EXAMPLE;
    }
    return !mayLackFeatures || features.hasAny(fields) ? RecordKind.EXAMPLE : RecordKind.LABEL;
  }

  /** Returns the rejection, with the names of the fields if the pipeline reads none of them. */
  private RejectedException withNames(RejectedException e, RecordFields fields) {
    List<String> unread = new ArrayList<>();
    List<String> all = new ArrayList<>();
    fields.addOthers(read, unread);
    fields.addOthers(Set.of(), all);
    if (all.isEmpty() || unread.size() < all.size()) {
      return e;
    }
    String names =
        all.stream()
            .limit(MAX_NAMES)
            .map(name -> Printable.line(name, MAX_CHARACTERS))
            .collect(Collectors.joining(", "));
    return new RejectedException(
        e.reason(),
        "%s; the record has none of the fields that the pipeline reads, but: %s%s"
            .formatted(e.getMessage(), names, all.size() > MAX_NAMES ? ", …" : ""));
  }

  private static float readWeight(RecordFields fields, String[] path) throws RejectedException {
    return (float) number(fields.at(path), path, DeadLetterReason.INVALID_WEIGHT);
  }

  private void readEventTime(RecordFields fields, Example into) throws RejectedException {
    into.eventTime = into.record.timestamp();
    if (eventTimePath != null) {
      Object time = fields.metadata(eventTimePath);
      if (time instanceof CharSequence text) {
        into.eventTime = EventTime.of(String.join(".", eventTimePath), text.toString());
      } else if (time != null || !labelsOnly) {
        double number = number(time, eventTimePath, DeadLetterReason.INVALID_FEATURE);
        into.eventTime = EventTime.of(String.join(".", eventTimePath), number, eventTimeUnit);
      }
    }
  }

  private static double number(@Nullable Object field, String[] path, DeadLetterReason reason)
      throws RejectedException {
    if (field instanceof Number number) {
      return number.doubleValue();
    }
    throw new RejectedException(reason, String.join(".", path) + " is " + field + ", not a number");
  }

  private String key(RecordFields fields, String[] path) throws RejectedException {
    Object field = fields.name(path);
    if (field == null) {
      throw new RejectedException(
          DeadLetterReason.MISSING_KEY,
          "the key field \"%s\" is null or missing".formatted(String.join(".", path)));
    }
    String known = field instanceof String text ? acceptedKeys.find(text) : null;
    if (known == null) {
      known = keys.read(FieldText.of(field, "model key", DeadLetterReason.INVALID_KEY));
      acceptedKeys.add(known);
    }
    return known;
  }

  private static String @Nullable [] optionalPath(@Nullable String name, boolean hasPaths) {
    return name == null ? null : RecordFields.path(name, hasPaths);
  }
}
