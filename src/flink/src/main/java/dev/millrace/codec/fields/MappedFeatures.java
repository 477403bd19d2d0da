package dev.millrace.codec.fields;

import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.codec.text.WordSplitter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Reads the declared columns of records whose fields have names. Not thread-safe. */
public final class MappedFeatures implements FieldFeatures {
  private final FeatureMapper mapper;
  private final IdValues ids;
  private final String[][] paths;
  private final ClockTime.Unit[] units;
  // Whether a record of a label alone may have the field too: key, id and event time.
  private final boolean[] mayBeOfLabel;
  // Whether an empty text is a value, rather than missing as in a table.
  private final boolean emptyIsText;

  /**
   * @param parser parser of the records
   */
  public MappedFeatures(InputSpec spec, FieldsParser parser) {
    this.mapper = new FeatureMapper(spec, new WordSplitter());
    this.ids = new IdValues(mapper);
    this.emptyIsText = ExampleSchema.hasPaths(spec);
    this.paths = new String[mapper.columns()][];
    this.units = new ClockTime.Unit[paths.length];
    this.mayBeOfLabel = new boolean[paths.length];
    List<@Nullable String> labelFields = Arrays.asList(spec.key(), spec.id(), spec.eventTime());
    for (int c = 0; c < paths.length; c++) {
      mayBeOfLabel[c] = labelFields.contains(mapper.column(c).name());
      paths[c] = RecordFields.path(mapper.column(c).name(), ExampleSchema.hasPaths(spec));
      units[c] = Objects.requireNonNullElse(parser.unit(paths[c]), ClockTime.Unit.DAYS);
    }
  }

  @Override
  public boolean hasAny(RecordFields fields) {
    for (int column = 0; column < paths.length; column++) {
      if (!mayBeOfLabel[column] && fields.feature(column, paths[column]) != null) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void read(RecordFields fields, Example into) throws RejectedException {
    mapper.begin(into);
    for (int column = 0; column < paths.length; column++) {
      Object field = fields.feature(column, paths[column]);
      if (field != null) {
        read(fields, column, field, into);
      }
    }
    mapper.end(into);
  }

  private void read(RecordFields fields, int column, Object field, Example into)
      throws RejectedException {
    FeatureSpec spec = mapper.column(column);
    boolean wantsNumber = spec.type().isNumber();
    if (wantsNumber && field instanceof Number number) { // most of them
      mapper.number(into, column, number.doubleValue());
    } else if (spec.type() == FeatureSpec.Type.TIME && field instanceof Number number) {
      mapper.time(into, column, number.doubleValue(), units[column]);
    } else if (!wantsNumber && isScalar(field, spec.type())) {
      Utf8 text = FieldText.of(field);
      if (emptyIsText || text.getByteLength() > 0) {
        mapper.text(into, column, text);
      }
    } else if (wantsNumber && field instanceof Boolean bool) {
      mapper.number(into, column, bool ? 1 : 0);
    } else if (spec.type() == FeatureSpec.Type.SET) {
      ids.readArray(field, column);
    } else if (spec.type() == FeatureSpec.Type.SPARSE) {
      ids.readMap(field, column);
    } else if (spec.type().isOfIds()) {
      throw mapper.notOfType(column, IdValues.kind(field), IdValues.remedy(field));
    } else {
      throw mapper.invalid(column, field, wantsNumber ? fields.remedy(field) : "");
    }
  }

  private static boolean isScalar(Object field, FeatureSpec.Type type) {
    return field instanceof CharSequence
        || (type != FeatureSpec.Type.SPARSE
            && (field instanceof Number || field instanceof Boolean));
  }
}
