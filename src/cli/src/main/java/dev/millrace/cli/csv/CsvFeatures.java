package dev.millrace.cli.csv;

import dev.millrace.codec.text.CsvText;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Features of a row of a scanned CSV file, as in the standard schema. Not thread-safe. */
public final class CsvFeatures {
  private static final int[] NONE_MISSING = {};

  private final CsvScan scan;
  private final int[] columns;
  private final int[] attributeColumns;
  private final FeatureSpec.Type[] types;
  private final float[] numbers;
  private final int[] missing;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private int numberCount;
  private int missingCount;

  /**
   * @param spec input of the pipeline that reads the records; null if there is none
   */
  public CsvFeatures(CsvScan scan, @Nullable InputSpec spec) {
    this.scan = scan;
    attributeColumns = spec == null ? NONE_MISSING : scan.otherColumns(spec);
    int width = scan.features().size();
    columns = scan.featureColumns().stream().mapToInt(Integer::intValue).toArray();
    types = scan.features().stream().map(FeatureSpec::type).toArray(FeatureSpec.Type[]::new);
    numbers = new float[width];
    missing = new int[width];
  }

  public void read(String[] row) {
    numberCount = 0;
    missingCount = 0;
    attributes.clear();
    for (int f = 0; f < columns.length; f++) {
      String text = row[columns[f]];
      boolean known = !CsvText.isMissing(text);
      if (!types[f].isNumber()) {
        attributes.put(scan.header().get(columns[f]), known ? text : "");
        continue;
      }
      if (!known) {
        missing[missingCount++] = numberCount;
      }
      numbers[numberCount++] = known ? number(columns[f], text) : 0f;
    }
    for (int column : attributeColumns) {
      String text = row[column];
      attributes.put(scan.header().get(column), CsvText.isMissing(text) ? "" : text);
    }
  }

  /** Returns the numbers; the first {@link #numberCount} are valid. */
  public float[] numbers() {
    return numbers;
  }

  public int numberCount() {
    return numberCount;
  }

  /** Returns the positions of the missing numbers. */
  public int[] missing() {
    return missingCount == 0 ? NONE_MISSING : Arrays.copyOf(missing, missingCount);
  }

  /**
   * Returns the texts by column, empty if missing; also texts in columns of numbers, and columns
   * that are read and are no features.
   */
  public Map<String, String> attributes() {
    return attributes;
  }

  // A text in a column of numbers becomes an attribute, so that the job rejects it by its value.
  private float number(int column, String text) {
    Object cell = CsvText.scalar(text);
    if (cell instanceof Boolean truth) {
      return truth ? 1f : 0f;
    }
    if (cell instanceof Double number) {
      return number.floatValue();
    }
    attributes.put(scan.header().get(column), text);
    return 0f;
  }
}
