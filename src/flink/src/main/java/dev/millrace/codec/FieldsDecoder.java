package dev.millrace.codec;

import dev.millrace.codec.fields.FieldFeatures;
import dev.millrace.codec.fields.FieldsParser;
import dev.millrace.codec.fields.MappedExampleReader;
import dev.millrace.codec.fields.MappedFeatures;
import dev.millrace.codec.fields.RecordFields;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.KeyReader;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.Format;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes {@link ExampleFields} into examples, or rejects them with a reason, with the code that
 * decodes records. Not thread-safe.
 */
public final class FieldsDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(FieldsDecoder.class);

  /**
   * Names of the columns of a table by their type.
   *
   * @param numbers numbers and booleans that are features in this order if none is declared
   * @param texts texts that are hashed features if none is declared
   * @param times times in milliseconds since the epoch, whether declared or not
   */
  public record Types(List<String> numbers, List<String> texts, Set<String> times) {
    public Types {
      numbers = List.copyOf(numbers);
      texts = List.copyOf(texts);
      times = Set.copyOf(times);
    }

    private List<String> features() {
      return Stream.concat(numbers.stream(), texts.stream()).toList();
    }
  }

  private final InputSpec spec;
  private final ExampleFields fields;
  private final Values values;
  private final MappedExampleReader reader;
  // Shared by examples without a record; many have the same millisecond.
  private KafkaRecord none = KafkaRecord.NONE;
  private boolean isUnexpectedLogged;

  private FieldsDecoder(InputSpec spec, Values values, MappedExampleReader reader) {
    this.spec = spec;
    this.values = values;
    this.reader = reader;
    fields = values.fields();
  }

  /** Creates a decoder of examples. */
  public static FieldsDecoder of(InputSpec spec) {
    return of(spec, false);
  }

  /** Creates a decoder of a separate stream of labels. */
  public static FieldsDecoder ofLabels(InputSpec spec) {
    return of(spec.ofLabels().with(to -> to.features = List.of()), true);
  }

  private static FieldsDecoder of(InputSpec spec, boolean labelsOnly) {
    Values values = new Values(new ExampleFields(spec), Set.of());
    return new FieldsDecoder(
        spec, values, new MappedExampleReader(spec, keys(spec), values, labelsOnly));
  }

  /**
   * Creates a decoder of examples to predict, whose label, weight and group need not be set and are
   * ignored.
   */
  public static FieldsDecoder ofQuestions(InputSpec input) {
    InputSpec spec =
        input.with(
            to -> {
              to.weight = null;
              to.group = null;
              to.labels = null;
            });
    Values values = new Values(new ExampleFields(input), Set.of());
    return new FieldsDecoder(
        spec,
        values,
        new MappedExampleReader(spec, keys(spec), values, new MappedFeatures(spec, values)));
  }

  /**
   * Creates a decoder of a table's rows. A row without label has features alone.
   *
   * @param input names the key, and has no delayed labels
   */
  public static FieldsDecoder ofRows(InputSpec input, Types types) {
    // Names as in JSON, where an empty text is a value.
    InputSpec spec = input.with(to -> to.format = Format.JSON);
    boolean isDeclared = spec.hasFeatures();
    ExampleFields fields =
        isDeclared ? new ExampleFields(spec) : new ExampleFields(spec, types.features());
    Values values = new Values(fields, types.times());
    FieldFeatures features =
        isDeclared
            ? new MappedFeatures(spec, values)
            : new UndeclaredFeatures(spec, types.numbers(), types.texts());
    return new FieldsDecoder(
        spec, values, new MappedExampleReader(spec, keys(spec), values, features));
  }

  private static KeyReader keys(InputSpec spec) {
    return new KeyReader(spec.limits().keyBytes());
  }

  /** Returns the names of all fields that can be set. */
  public List<String> names() {
    return fields.names();
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
      ExampleDecoder.end(into, spec);
      return null;
    } catch (RejectedException e) {
      return rejected(timestamp, e);
    } catch (RuntimeException | StackOverflowError e) {
      // A value may be an object of any class, and its methods may throw anything.
      RejectedException unreadable = fields.unreadable(e);
      if (unreadable == null) {
        unreadable = unexpected(e);
      }
      return rejected(timestamp, unreadable);
    }
  }

  /** Returns the rejection of an example whose values can all be read, and logs the first. */
  private RejectedException unexpected(Throwable thrown) {
    if (!isUnexpectedLogged) {
      isUnexpectedLogged = true;
      LOG.warn(
          "An element is a dead letter, although each of its values can be read (the first; later"
              + " ones are not logged)",
          thrown);
    }
    return new RejectedException(
        DeadLetterReason.MALFORMED_RECORD,
        "the element cannot be decoded: " + thrown.getClass().getName(),
        thrown);
  }

  /** Returns the dead letter of the fields that are set. */
  public DeadLetter rejected(long timestamp, RejectedException why) {
    KafkaRecord record = fields.record();
    return ExampleDecoder.deadLetter(record == null ? fields.deadLetter(timestamp) : record, why);
  }

  private KafkaRecord none(long timestamp) {
    if (none.timestamp() != timestamp) {
      none = KafkaRecord.none(timestamp, null, null);
    }
    return none;
  }

  /** Fields that were set. Those of times are milliseconds. */
  private record Values(ExampleFields fields, Set<String> times)
      implements FieldsParser, RecordFields {

    @Override
    public RecordFields parse(byte[] value, int from) {
      return this; // set, not parsed
    }

    @Override
    public ClockTime.@Nullable Unit unit(String[] path) {
      return times.contains(String.join(".", path)) ? ClockTime.Unit.MILLIS : null;
    }

    @Override
    public @Nullable Object at(String[] path) {
      return fields.at(path);
    }

    @Override
    public @Nullable Object feature(int number, String[] path) {
      return fields.feature(number);
    }
  }
}
