package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import java.util.List;
import org.apache.avro.util.Utf8;

/**
 * Reads the declared columns of a record whose fields can be looked up by name. Not thread-safe.
 */
final class MappedFeatures {
  private final FeatureMapper mapper;
  private final String[][] paths;
  private final boolean standard;

  /**
   * @param standard whether columns are those of the standard schema: names have no path in them,
   *     and an empty text is not known
   */
  MappedFeatures(List<FeatureSpec> features, boolean standard) {
    this.mapper = new FeatureMapper(features);
    this.standard = standard;
    this.paths = new String[mapper.columns()][];
    for (int c = 0; c < paths.length; c++) {
      String name = mapper.column(c).name();
      paths[c] = standard ? new String[] {name} : MappedExampleReader.path(name);
    }
  }

  /** Whether a record has any of the columns. */
  boolean hasAny(MappedExampleReader.Fields fields) {
    for (String[] path : paths) {
      if (fields.at(path) != null) {
        return true;
      }
    }
    return false;
  }

  void read(MappedExampleReader.Fields fields, Example into) throws RefusedException {
    mapper.begin(into);
    for (int column = 0; column < paths.length; column++) {
      Object field = fields.at(paths[column]);
      if (field != null) {
        read(column, field, into);
      }
    }
    mapper.end(into);
  }

  private void read(int column, Object field, Example into) throws RefusedException {
    FeatureSpec spec = mapper.column(column);
    boolean wantsNumber =
        spec.type() == FeatureSpec.Type.NUMERIC || spec.type() == FeatureSpec.Type.BOOLEAN;
    boolean isScalar =
        field instanceof CharSequence || field instanceof Number || field instanceof Boolean;
    if (!wantsNumber && isScalar) {
      Utf8 text = text(field);
      if (!standard || text.getByteLength() > 0) {
        mapper.text(into, column, text);
      }
    } else if (wantsNumber && field instanceof Number number) {
      mapper.number(into, column, number.doubleValue());
    } else if (wantsNumber && field instanceof Boolean bool) {
      mapper.number(into, column, bool ? 1 : 0);
    } else {
      throw new RefusedException(
          DeadLetterReason.INVALID_FEATURE,
          "feature \"" + spec.name() + "\" is declared " + spec.type().id() + " but is " + field);
    }
  }

  static Utf8 text(Object field) {
    return field instanceof Utf8 utf8 ? utf8 : new Utf8(field.toString());
  }
}
