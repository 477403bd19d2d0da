package dev.millrace.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.RecordKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.util.Utf8;

/**
 * Reads any record whose fields can be looked up by name: the pipeline's declared columns become
 * features. Not thread-safe.
 */
final class MappedExampleReader implements ExampleReader {

  /** A parsed record: the value at a path such as {@code address.country}, or null. */
  interface Fields {
    /** A Number, Boolean or CharSequence, null where there is none, anything else as it is. */
    Object at(String[] path);

    /** Adds the names of the outermost fields that are not among {@code read}; none by default. */
    default void addOthers(Set<String> read, Collection<String> to) {}
  }

  /** Turns bytes into fields. */
  interface Parser {
    Fields parse(byte[] value, int from) throws IOException;

    /** What numbers at a path count since 1970; {@code otherwise} where nothing says. */
    default ClockTime.Unit unit(String[] path, ClockTime.Unit otherwise) {
      return otherwise;
    }
  }

  private final Parser parser;
  private final MappedFeatures features;
  private final LabelReader labels;
  private final KeyReader keys;
  private final String[] keyPath;
  private final String[] labelPath;
  private final String[] weightPath;
  private final String[] eventTimePath;
  private final String eventTimeName;
  private final ClockTime.Unit eventTimeUnit;
  private final String[] idPath;
  private final IdReader ids;
  private final boolean labelsAlone;
  // The outermost fields that the pipeline reads.
  private final Set<String> read = new HashSet<>();
  // Whether a record may have features alone or a label alone.
  private final boolean mayComeApart;

  /**
   * @param labelsAlone whether the records have labels and no features
   */
  MappedExampleReader(InputSpec spec, KeyReader keys, Parser parser, boolean labelsAlone) {
    this.parser = parser;
    this.idPath = path(spec.id(), ExampleSchema.hasPaths(spec));
    this.ids = new IdReader(spec.labels() != null);
    this.labelsAlone = labelsAlone;
    this.mayComeApart = spec.labels() != null && !labelsAlone;
    this.features = new MappedFeatures(spec, parser);
    this.labels = new LabelReader(spec);
    this.keys = keys;
    this.keyPath = path(spec.key(), ExampleSchema.hasPaths(spec));
    this.labelPath = path(spec.label(), ExampleSchema.hasPaths(spec));
    this.weightPath = path(spec.weight(), ExampleSchema.hasPaths(spec));
    this.eventTimePath = path(spec.eventTime(), ExampleSchema.hasPaths(spec));
    this.eventTimeName = spec.eventTime();
    this.eventTimeUnit =
        eventTimePath == null ? null : parser.unit(eventTimePath, ClockTime.Unit.MILLIS);
    for (String[] path : Arrays.asList(keyPath, labelPath, weightPath, eventTimePath, idPath)) {
      if (path != null) {
        read.add(path[0]);
      }
    }
    spec.features()
        .forEach(feature -> read.add(path(feature.name(), ExampleSchema.hasPaths(spec))[0]));
  }

  @Override
  public void read(byte[] value, int from, Example into) throws RefusedException, IOException {
    Fields fields = parser.parse(value, from);
    if (keyPath != null) {
      into.key = keys.read(key(fields));
    }
    if (idPath != null) {
      Object id = fields.at(idPath);
      ids.read(id == null ? null : text(id, "id", DeadLetterReason.INVALID_ID), into);
    }
    Object label = fields.at(labelPath);
    into.kind = kind(fields, label);
    if (into.kind.hasLabel()) {
      readLabel(label, into);
    } else {
      into.label = null;
    }
    into.weight = into.kind.hasFeatures() && weightPath != null ? readWeight(fields) : 1f;
    readEventTime(fields, into);
    if (into.kind.hasFeatures()) {
      features.read(fields, into);
    } else {
      into.resize(0);
    }
    if (!labelsAlone) {
      fields.addOthers(read, into.ignoredFields);
    }
  }

  private RecordKind kind(Fields fields, Object label) {
    if (labelsAlone) {
      return RecordKind.LABEL;
    }
    if (!mayComeApart) {
      return RecordKind.EXAMPLE;
    }
    if (label == null) {
      return features.hasAny(fields) ? RecordKind.FEATURES : RecordKind.EXAMPLE;
    }
    return features.hasAny(fields) ? RecordKind.EXAMPLE : RecordKind.LABEL;
  }

  private float readWeight(Fields fields) throws RefusedException {
    return (float) number(fields.at(weightPath), weightPath, DeadLetterReason.INVALID_WEIGHT);
  }

  private void readEventTime(Fields fields, Example into) throws RefusedException {
    into.eventTime = into.record.timestamp();
    if (eventTimePath != null) {
      Object time = fields.at(eventTimePath);
      if (time != null || !labelsAlone) {
        double number = number(time, eventTimePath, DeadLetterReason.INVALID_FEATURE);
        into.eventTime = EventTime.of(eventTimeName, number, eventTimeUnit);
      }
    }
  }

  private void readLabel(Object label, Example into) throws RefusedException {
    if (label == null) {
      throw LabelReader.missing();
    } else if (label instanceof Number number) {
      labels.number(into, number);
    } else if (label instanceof Boolean || label instanceof CharSequence) {
      labels.text(into, text(label, "label", DeadLetterReason.INVALID_LABEL));
    } else {
      throw new RefusedException(
          DeadLetterReason.INVALID_LABEL,
          "the label is neither a number nor a text, but " + kind(label));
    }
  }

  private static String kind(Object value) {
    if (value instanceof Collection || (value instanceof JsonNode node && node.isArray())) {
      return "an array";
    }
    return value instanceof ByteBuffer || value instanceof GenericFixed ? "bytes" : "an object";
  }

  private static double number(Object field, String[] path, DeadLetterReason reason)
      throws RefusedException {
    if (field instanceof Number number) {
      return number.doubleValue();
    }
    throw new RefusedException(reason, String.join(".", path) + " is " + field + ", not a number");
  }

  private Utf8 key(Fields fields) throws RefusedException {
    Object field = fields.at(keyPath);
    if (field == null) {
      throw new RefusedException(
          DeadLetterReason.MISSING_KEY,
          "the key field \"%s\" is null or absent".formatted(String.join(".", keyPath)));
    }
    return text(field, "model key", DeadLetterReason.INVALID_KEY);
  }

  /** A text as UTF-8, which half of a surrogate pair in JSON has no place in. */
  private static Utf8 text(Object field, String what, DeadLetterReason reason)
      throws RefusedException {
    boolean isJson = field instanceof String || field instanceof JsonNode;
    // An encoder replaces such a half by a question mark, so that different names would be one.
    if (isJson && hasHalfPair(field.toString())) {
      throw new RefusedException(
          reason, "the " + what + " has half of a surrogate pair, which UTF-8 cannot encode");
    }
    return MappedFeatures.text(field);
  }

  private static boolean hasHalfPair(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** The steps to a field; one step where dots are part of names. */
  static String[] path(String name, boolean hasPaths) {
    return name == null ? null : hasPaths ? name.split("\\.") : new String[] {name};
  }
}
