package dev.millrace.codec.fields;

import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.FieldText;
import dev.millrace.data.Example;
import dev.millrace.data.IdHash;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.InputSpec;
import java.util.List;
import org.apache.avro.util.Utf8;

/**
 * Reads the fields that features are derived from. A value of the wrong type is missing, and
 * rejects no record. Not thread-safe.
 */
public final class CarriedReader {
  private final CarriedColumn[] columns;
  private final IdHash[] hashes;
  private final Utf8[] names;
  private final String[][] paths;

  /** Creates a reader of the columns that a pipeline derives features from. */
  public CarriedReader(InputSpec spec) {
    List<CarriedColumn> carried = spec.carried();
    columns = carried.toArray(CarriedColumn[]::new);
    hashes = carried.stream().map(column -> new IdHash(column.name())).toArray(IdHash[]::new);
    names = carried.stream().map(column -> new Utf8(column.name())).toArray(Utf8[]::new);
    boolean hasPaths = ExampleSchema.hasPaths(spec);
    paths =
        carried.stream()
            .map(column -> RecordFields.path(column.name(), hasPaths))
            .toArray(String[][]::new);
  }

  /** Starts an example, of which all is missing. */
  public void begin(Example into) {
    into.carry(columns.length);
    for (int c = 0; c < columns.length; c++) {
      into.carried[c] = columns[c].missing();
    }
  }

  /** Reads all fields of a record. */
  public void read(RecordFields fields, Example into) {
    begin(into);
    for (int c = 0; c < columns.length; c++) {
      Object field = columns[c].isNumber() ? fields.metadata(paths[c]) : fields.name(paths[c]);
      if (columns[c].isNumber()) {
        if (field instanceof Number number) {
          number(c, number.doubleValue(), into);
        } else if (field instanceof Boolean bool) {
          number(c, bool ? 1 : 0, into);
        }
      } else if (field instanceof CharSequence
          || field instanceof Number
          || field instanceof Boolean) {
        text(c, FieldText.of(field), into);
      }
    }
  }

  private static void number(int column, double value, Example into) {
    if (Float.isFinite((float) value)) { // as features are
      into.carried[column] = Double.doubleToRawLongBits(value);
    }
  }

  private void text(int column, Utf8 text, Example into) {
    int length = text.getByteLength();
    if (length > 0) {
      long hash = hashes[column].of(text.getBytes(), length);
      into.carried[column] = hash == CarriedColumn.NO_TEXT ? 1 : hash;
    }
  }

  /** Sets the columns of a name to a number. */
  public void number(String name, double value, Example into) {
    for (int c = 0; c < columns.length; c++) {
      if (columns[c].name().equals(name)) {
        if (columns[c].isNumber()) {
          number(c, value, into);
        } else {
          text(c, FieldText.of(value), into);
        }
      }
    }
  }

  /**
   * Sets the columns of a name to a text.
   *
   * @return false if there are none
   */
  public boolean text(Utf8 name, Utf8 text, Example into) {
    boolean isCarried = false;
    for (int c = 0; c < columns.length; c++) {
      if (name.equals(names[c])) {
        isCarried = true;
        if (columns[c].isNumber()) {
          number(c, CsvText.number(text.toString()), into);
        } else {
          text(c, text, into);
        }
      }
    }
    return isCarried;
  }
}
