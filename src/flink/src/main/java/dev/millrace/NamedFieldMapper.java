package dev.millrace;

import dev.millrace.codec.ExampleFields;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.flink.ExampleMapper;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoField;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.api.java.typeutils.RowTypeInfo;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * Sets the fields of an example to those of the element that have the same names. The names are
 * checked when it is created. Not thread-safe.
 *
 * @param <T> type of the elements: a POJO or record that Flink knows as one, or a {@link Row}
 */
final class NamedFieldMapper<T> implements ExampleMapper<T> {
  private static final long serialVersionUID = 1L;

  private final String[] names;
  // Null for rows.
  private final PojoField @Nullable [] fields;
  private final int[] positions;
  private transient Field @Nullable [] accessible;

  private NamedFieldMapper(String[] names, int[] positions, PojoField @Nullable [] fields) {
    this.names = names;
    this.positions = positions;
    this.fields = fields;
  }

  /**
   * Returns the mapper of a stream's type.
   *
   * @param names of the fields to set
   * @throws InvalidPipelineException if the type does not have all of them
   */
  static <T> NamedFieldMapper<T> of(TypeInformation<T> type, List<String> names) {
    String[] wanted = names.toArray(String[]::new);
    if (type instanceof RowTypeInfo row) {
      return new NamedFieldMapper<>(wanted, positions(type, wanted, row.getFieldNames()), null);
    }
    if (type instanceof PojoTypeInfo<T> pojo) {
      int[] positions = positions(type, wanted, pojo.getFieldNames());
      PojoField[] fields =
          Arrays.stream(positions).mapToObj(pojo::getPojoFieldAt).toArray(PojoField[]::new);
      return new NamedFieldMapper<>(wanted, positions, fields);
    }
    throw new InvalidPipelineException(
        "Flink knows no fields of %s. Make it a record, a POJO or a Row with a type, or pass a mapper to learn"
            .formatted(type.getTypeClass().getName()));
  }

  private static int[] positions(TypeInformation<?> type, String[] names, String[] available) {
    List<String> fields = Arrays.asList(available);
    for (String name : names) {
      if (!fields.contains(name)) {
        throw new InvalidPipelineException(
            "The pipeline reads \"%s\", which is not a field of %s. Its fields: %s. Rename it in the pipeline, or pass a mapper to learn"
                .formatted(name, type.getTypeClass().getName(), String.join(", ", fields)));
      }
    }
    return Arrays.stream(names).mapToInt(fields::indexOf).toArray();
  }

  @Override
  public void map(T element, ExampleFields example) throws IllegalAccessException {
    if (fields == null) {
      Row row = (Row) element;
      for (int i = 0; i < names.length; i++) {
        example.set(names[i], row.getField(positions[i]));
      }
      return;
    }
    if (accessible == null) {
      accessible = accessible(fields);
    }
    for (int i = 0; i < names.length; i++) {
      example.set(names[i], accessible[i].get(element));
    }
  }

  private static Field[] accessible(PojoField[] fields) {
    Field[] accessible = Arrays.stream(fields).map(PojoField::getField).toArray(Field[]::new);
    for (Field field : accessible) {
      field.setAccessible(true);
    }
    return accessible;
  }
}
