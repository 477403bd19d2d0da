package dev.millrace.report;

import dev.millrace.data.ComponentName;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record that is a field of a topic: its {@link Published}.
 *
 * @param name of the field
 * @param type {@code String}, {@code long} or {@code boolean}
 * @param accessors of the component: of a record in the record, first that of the inner record
 */
public record PublishedField(
    String name, Class<?> type, Published declaration, List<Method> accessors) {

  private static final ClassValue<List<PublishedField>> OF =
      new ClassValue<>() {
        @Override
        protected List<PublishedField> computeValue(Class<?> type) {
          List<PublishedField> fields = new ArrayList<>();
          addFields(type, List.of(), fields);
          return List.copyOf(fields);
        }
      };

  /** Returns the fields of a record and of the records in it, in their order. */
  public static List<PublishedField> of(Class<? extends Record> type) {
    return OF.get(type);
  }

  /** Returns the fields that tables have a column of, those that may be absent last. */
  public static List<PublishedField> columns(Class<? extends Record> type) {
    return of(type).stream()
        .filter(field -> field.declaration().column())
        .sorted(Comparator.comparing(field -> field.declaration().optional()))
        .toList();
  }

  private static void addFields(Class<?> type, List<Method> outer, List<PublishedField> to) {
    for (RecordComponent component : type.getRecordComponents()) {
      List<Method> accessors = new ArrayList<>(outer);
      accessors.add(component.getAccessor());
      Published declaration = component.getAnnotation(Published.class);
      if (declaration != null) {
        String name = ComponentName.words(component, '_');
        to.add(new PublishedField(name, component.getType(), declaration, List.copyOf(accessors)));
      } else if (component.getType().isRecord()) {
        addFields(component.getType(), accessors, to);
      }
    }
  }

  /** Returns the value of this field of a record; null if it has none, or is left out. */
  public @Nullable Object valueOf(Record record) {
    Object value = record;
    try {
      for (Method accessor : accessors) {
        value = accessor.invoke(value);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return declaration.optional() && Boolean.FALSE.equals(value) ? null : value;
  }
}
