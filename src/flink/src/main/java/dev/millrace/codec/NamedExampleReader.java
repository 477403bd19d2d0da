package dev.millrace.codec;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.Format;
import dev.millrace.data.KafkaRecord;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads examples from named values, such as the columns of a table, with the code that decodes the
 * pipeline's records, or rejects them with a reason. An example without label has features alone.
 * Not thread-safe.
 */
public final class NamedExampleReader {

  /** The values of one example. */
  @FunctionalInterface
  public interface Values {
    /**
     * Returns a Number, Boolean or CharSequence; null for a missing value.
     *
     * @param name as the pipeline's input names it
     */
    @Nullable Object get(String name);
  }

  /**
   * Names of values by their type.
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
  }

  private final InputSpec spec;
  private final MappedExampleReader reader;

  /**
   * @param spec names the key, and has no delayed labels
   */
  public NamedExampleReader(InputSpec spec, Types types) {
    if (spec.key() == null || spec.labels() != null) {
      throw new IllegalArgumentException(
          "named values need input.key, and take no input.labels: " + spec);
    }
    // Names as in JSON, where an empty text is a value.
    this.spec = spec.with(to -> to.format = Format.JSON);
    FieldFeatures features =
        spec.features().isEmpty()
            ? new UndeclaredFeatures(spec, types)
            : new MappedFeatures(this.spec, new Units(types.times()));
    KeyReader keys = new KeyReader(spec.limits().keyBytes());
    reader = new MappedExampleReader(this.spec, keys, new Units(types.times()), features);
  }

  /**
   * Reads an example.
   *
   * @param record that a dead letter names
   * @param into receives the example; undefined for a rejected one
   * @return null for an accepted example, else the dead letter
   */
  public @Nullable DeadLetter read(Values values, KafkaRecord record, Example into) {
    ExampleDecoder.begin(record, into);
    try {
      reader.read(path -> values.get(path.length == 1 ? path[0] : String.join(".", path)), into);
      ExampleDecoder.requireWeight(into, spec.limits());
      return null;
    } catch (RejectedException e) {
      return ExampleDecoder.deadLetter(record, e);
    }
  }

  /** Knows which numbers are milliseconds. */
  private record Units(Set<String> times) implements MappedExampleReader.Parser {
    @Override
    public MappedExampleReader.Fields parse(byte[] value, int from) {
      throw new UnsupportedOperationException("named values are not parsed");
    }

    @Override
    public ClockTime.@Nullable Unit unit(String[] path) {
      return times.contains(String.join(".", path)) ? ClockTime.Unit.MILLIS : null;
    }
  }
}
