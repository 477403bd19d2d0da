package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes {@link ExampleFields} into examples, or rejects them with a reason, with the code that
 * decodes records. Not thread-safe.
 */
public final class FieldsDecoder {
  private final InputSpec spec;
  private final ExampleFields fields;
  private final MappedExampleReader.Fields values;
  private final MappedExampleReader reader;
  // Of the last example without a record; many have the same millisecond.
  private KafkaRecord none = KafkaRecord.NONE;

  private FieldsDecoder(InputSpec spec, boolean labelsOnly) {
    this.spec = spec;
    fields = new ExampleFields(spec);
    values = fields::at;
    KeyReader keys = new KeyReader(spec.limits().keyBytes());
    reader = new MappedExampleReader(spec, keys, (value, from) -> values, labelsOnly);
  }

  /** Creates a decoder of examples. */
  public static FieldsDecoder of(InputSpec spec) {
    return new FieldsDecoder(spec, false);
  }

  /** Creates a decoder of a separate stream of labels. */
  public static FieldsDecoder ofLabels(InputSpec spec) {
    return new FieldsDecoder(spec.ofLabels().with(to -> to.features = List.of()), true);
  }

  /** Returns the fields to fill in, without values. */
  public ExampleFields begin() {
    fields.clear();
    return fields;
  }

  /**
   * Decodes the fields.
   *
   * @param timestamp of the example, milliseconds since the epoch; below 0 if it has none
   * @param into receives the example; undefined for a rejected one
   * @return null for an accepted example, else the dead letter
   */
  public @Nullable DeadLetter decode(long timestamp, Example into) {
    KafkaRecord record = fields.record();
    ExampleDecoder.begin(record == null ? none(timestamp) : record, into);
    try {
      reader.read(values, into);
      ExampleDecoder.requireWeight(into, spec.limits());
      return null;
    } catch (RejectedException e) {
      return ExampleDecoder.deadLetter(record == null ? fields.deadLetter(timestamp) : record, e);
    }
  }

  private KafkaRecord none(long timestamp) {
    if (none.timestamp() != timestamp) {
      none = KafkaRecord.none(timestamp, null, null);
    }
    return none;
  }
}
