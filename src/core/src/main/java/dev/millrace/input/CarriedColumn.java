package dev.millrace.input;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A field that travels with an example, because features are derived from it, and that models do
 * not see.
 *
 * @param isNumber true if its number is carried, false for the hash of its text
 */
@PublicApi
public record CarriedColumn(String name, boolean isNumber) implements Serializable {
  /** Carried instead of the hash of a missing text; no hash is 0. */
  public static final long NO_TEXT = 0;

  /** Carried instead of a missing number. */
  public static final long NO_NUMBER = Double.doubleToRawLongBits(Double.NaN);

  /** Returns what is carried if the field is missing. */
  public long missing() {
    return isNumber ? NO_NUMBER : NO_TEXT;
  }

  /** Returns the fields that features are derived from, but for the label. */
  public static List<CarriedColumn> of(List<DerivedFeature> derived, String label) {
    Set<CarriedColumn> columns = new LinkedHashSet<>();
    for (DerivedFeature feature : derived) {
      String column = feature.column();
      if (column != null && !column.equals(label)) {
        columns.add(new CarriedColumn(column, feature.computation().needsNumbers()));
      }
      for (String name : feature.by()) {
        if (DerivedFeature.TimePart.ofName(name) == null) {
          columns.add(new CarriedColumn(name, false));
        }
      }
    }
    return List.copyOf(columns);
  }
}
