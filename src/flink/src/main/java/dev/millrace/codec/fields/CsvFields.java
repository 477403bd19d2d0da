package dev.millrace.codec.fields;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.millrace.codec.text.CellConverter;
import dev.millrace.codec.text.CsvText;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses CSV lines (RFC 4180) into cells by declared column. Empty cells and their like are missing
 * values. Not thread-safe.
 */
public final class CsvFields implements FieldsParser, RecordFields {
  private static final CsvFactory CSV =
      CsvFactory.builder()
          .enable(CsvParser.Feature.TRIM_SPACES)
          .disable(CsvParser.Feature.ALLOW_TRAILING_COMMA)
          .build();

  /** Types of cells. */
  private enum Kind {
    TEXT,
    NUMBER,
    /** A number if the text is one. */
    EITHER
  }

  private final Map<String, Integer> places = new HashMap<>();
  private final List<String> columns;
  private final Kind[] kinds;
  private final String[] cells;
  private final CellConverter converter;
  // By column.
  private final boolean[] isConverted;
  // Place of the column whose empty cells are empty sets of labels; -1 for none.
  private final int setPlace;

  /** Creates a parser of lines with the columns of a pipeline. */
  public CsvFields(InputSpec spec) {
    columns = spec.columns();
    kinds = new Kind[columns.size()];
    cells = new String[columns.size()];
    converter = new CellConverter(spec.notation());
    isConverted = new boolean[columns.size()];
    Set<String> converted = CellConverter.columns(spec);
    Arrays.fill(kinds, Kind.TEXT);
    for (int c = 0; c < kinds.length; c++) {
      places.put(columns.get(c), c);
      isConverted[c] = converted.contains(columns.get(c));
    }
    for (FeatureSpec feature : spec.features()) {
      kinds[place(feature.name())] = feature.type().isNumber() ? Kind.NUMBER : Kind.TEXT;
    }
    for (CarriedColumn column : spec.carried()) {
      if (column.isNumber()) {
        kinds[place(column.name())] = Kind.NUMBER;
      }
    }
    for (String numeric : Arrays.asList(spec.weight(), spec.eventTime())) {
      if (numeric != null) {
        kinds[place(numeric)] = Kind.NUMBER;
      }
    }
    if (spec.targets().isEmpty()) {
      kinds[place(spec.label())] = ofLabel(spec.task(), spec.classes());
    }
    for (TargetSpec target : spec.targets()) {
      kinds[place(target.name())] = ofLabel(target.task(), target.classes());
    }
    // With delayed labels an empty cell is a label that is not known yet.
    boolean hasEmptySets = spec.task() == Task.MULTILABEL && spec.labels() == null;
    setPlace = hasEmptySets ? place(spec.label()) : -1;
  }

  private static Kind ofLabel(@Nullable Task task, List<String> classes) {
    return CellConverter.hasClasses(task, classes) ? Kind.TEXT : Kind.EITHER;
  }

  @Override
  public RecordFields parse(byte[] value, int from) throws IOException {
    try (JsonParser parser = CSV.createParser(value, from, value.length - from)) {
      int count = 0;
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new IOException("the line is missing");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (count < cells.length) {
          cells[count] = parser.getText();
        }
        count++;
      }
      if (count != cells.length) {
        throw new IOException(
            "the line has " + count + " cells; input.columns names " + cells.length);
      }
      if (parser.nextToken() != null) {
        throw new IOException("there is more than one line");
      }
    }
    return this;
  }

  private String plain(int place, String cell) {
    if (!isConverted[place]) {
      return cell;
    }
    return kinds[place] == Kind.EITHER ? converter.number(cell) : converter.plain(cell);
  }

  private int place(String column) {
    return Objects.requireNonNull(places.get(column), column);
  }

  @Override
  public void addOthers(Set<String> read, Collection<String> to) {
    for (String column : columns) {
      if (!read.contains(column)) {
        to.add(column);
      }
    }
  }

  @Override
  public @Nullable Object at(String[] path) {
    int place = place(path[0]);
    String cell = known(place);
    if (cell == null) {
      return null;
    }
    String plain = plain(place, cell);
    return kinds[place] == Kind.TEXT ? plain : CsvText.scalar(plain);
  }

  @Override
  public @Nullable Object name(String[] path) {
    return known(place(path[0]));
  }

  private @Nullable String known(int place) {
    String cell = cells[place];
    boolean isEmptySet = place == setPlace && cell.isEmpty();
    return CsvText.isMissing(cell) && !isEmptySet ? null : cell;
  }
}
