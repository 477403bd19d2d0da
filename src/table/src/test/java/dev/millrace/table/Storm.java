package dev.millrace.table;

import dev.millrace.codec.ExampleEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row of the storms data set.
 *
 * @param numbers null where they are missing
 */
record Storm(String month, String status, String name, List<@Nullable Float> numbers) {
  private static final Path FILE = Path.of("examples/data/storms.csv.gz");
  private static final int NAME = 0;
  private static final int MONTH = 2;
  private static final int STATUS = 7;
  private static final int[] NUMBERS = {1, 3, 4, 5, 6, 9, 10, 11, 12};

  /** Columns of the table of these rows, all of which are features but the first two. */
  static final DataType COLUMNS =
      DataTypes.ROW(
          DataTypes.FIELD("month", DataTypes.STRING()),
          DataTypes.FIELD("status", DataTypes.STRING()),
          DataTypes.FIELD("name", DataTypes.STRING()),
          DataTypes.FIELD("year", DataTypes.FLOAT()),
          DataTypes.FIELD("day", DataTypes.FLOAT()),
          DataTypes.FIELD("hour", DataTypes.FLOAT()),
          DataTypes.FIELD("lat", DataTypes.FLOAT()),
          DataTypes.FIELD("long", DataTypes.FLOAT()),
          DataTypes.FIELD("wind", DataTypes.FLOAT()),
          DataTypes.FIELD("pressure", DataTypes.FLOAT()),
          DataTypes.FIELD("storm", DataTypes.FLOAT()),
          DataTypes.FIELD("hurricane", DataTypes.FLOAT()));

  static List<Storm> read(int count) throws IOException {
    List<Storm> storms = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
      lines.readLine(); // the names
      for (String line = lines.readLine();
          line != null && storms.size() < count;
          line = lines.readLine()) {
        String[] cells = line.replace("\"", "").split(",");
        List<@Nullable Float> numbers = new ArrayList<>();
        for (int column : NUMBERS) {
          numbers.add(cells[column].equals("NA") ? null : Float.valueOf(cells[column]));
        }
        storms.add(new Storm(cells[MONTH], cells[STATUS], cells[NAME], numbers));
      }
    }
    return storms;
  }

  Row row() {
    Row row = new Row(3 + NUMBERS.length);
    row.setField(0, month);
    row.setField(1, status);
    row.setField(2, name);
    for (int i = 0; i < NUMBERS.length; i++) {
      row.setField(3 + i, numbers.get(i));
    }
    return row;
  }

  /** Returns the row as a record of the standard example schema. */
  byte[] encoded(ExampleEncoder encoder, long id) {
    float[] values = new float[NUMBERS.length];
    for (int i = 0; i < NUMBERS.length; i++) {
      Float number = numbers.get(i);
      values[i] = number == null ? 0 : number;
    }
    int[] missing = IntStream.range(0, values.length).filter(i -> numbers.get(i) == null).toArray();
    return encoder.encode(
        Long.toString(id),
        month,
        id,
        status,
        0,
        1f,
        values,
        values.length,
        missing,
        Map.of("name", name));
  }
}
