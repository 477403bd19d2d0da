package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.data.ComponentName;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Java records as JSON, whose fields are their components in {@code lower_snake_case}. What is read
 * may be any JSON: a value that is absent is NaN, 0, false, an empty text, list or map, or a record
 * of such values, and so is one of another type; a component with {@link OrNull} is null then. A
 * {@link Number} has the digits that are written.
 */
public final class RecordJson {

  /** A component that is null where there is no such text, {@link Number} or object. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  public @interface OrNull {}

  /** A component that is read from another place than the field of its name. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  public @interface At {
    /** Returns the JSON pointer of the place. */
    String value();
  }

  /** A time in milliseconds since the epoch that is read from ISO 8601, or from such a number. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  public @interface Millis {}

  /** A record class: its constructor and its components. */
  private record Shape(Constructor<?> constructor, List<Field> fields) {}

  private record Field(
      String name,
      JsonPointer place,
      Type type,
      boolean isNullable,
      boolean isTime,
      Method accessor) {}

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return shape(type);
        }
      };

  /** Records of absent objects, which have no content to differ in. */
  private static final ClassValue<Object> ABSENT =
      new ClassValue<>() {
        @Override
        protected Object computeValue(Class<?> type) {
          return construct(MissingNode.getInstance(), type);
        }
      };

  private RecordJson() {}

  /** Reads a record. */
  public static <T extends Record> T read(JsonNode json, Class<T> type) {
    return type.cast(json.isObject() ? construct(json, type) : ABSENT.get(type));
  }

  /** Writes a record of numbers, texts and such records as an object; null for none. */
  static void write(JsonGenerator json, String name, @Nullable Record value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    writeFields(json, value);
    json.writeEndObject();
  }

  /** Writes the components of such a record into an open object. */
  static void writeFields(JsonGenerator json, Record value) throws IOException {
    for (Field field : SHAPES.get(value.getClass()).fields()) {
      Object component = component(value, field);
      if (component instanceof Double number) {
        JsonLine.number(json, field.name(), number);
      } else if (component instanceof Record || component == null) {
        write(json, field.name(), (Record) component);
      } else {
        json.writeObjectField(field.name(), component);
      }
    }
  }

  private static @Nullable Object component(Record value, Field field) {
    try {
      return field.accessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Shape shape(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = Arrays.stream(components).map(c -> c.getType()).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new Shape(constructor, Arrays.stream(components).map(RecordJson::field).toList());
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(type + " is no record", e);
    }
  }

  private static Field field(RecordComponent component) {
    String name = ComponentName.words(component, '_');
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    boolean isNullable = component.isAnnotationPresent(OrNull.class);
    At at = component.getAnnotation(At.class);
    JsonPointer place = JsonPointer.compile(at == null ? "/" + name : at.value());
    boolean isTime = component.isAnnotationPresent(Millis.class);
    return new Field(name, place, component.getGenericType(), isNullable, isTime, accessor);
  }

  private static Object construct(JsonNode json, Class<?> type) {
    Shape shape = SHAPES.get(type);
    Object[] values = new Object[shape.fields().size()];
    for (int i = 0; i < values.length; i++) {
      Field field = shape.fields().get(i);
      // The scores of a block are its own fields.
      JsonNode value =
          field.type() == ScoreBlock.class && field.name().equals("scores")
              ? json
              : json.at(field.place());
      values[i] =
          field.isTime()
              ? (Object) millis(value)
              : field.isNullable() ? nullable(value, field.type()) : value(value, field.type());
    }
    try {
      return shape.constructor().newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object nullable(JsonNode json, Type type) {
    boolean isThere =
        type == String.class
            ? json.isTextual()
            : type == Number.class ? json.isNumber() : json.isObject();
    return isThere ? value(json, type) : null;
  }

  private static long millis(JsonNode json) {
    try {
      return json.isTextual() ? Instant.parse(json.textValue()).toEpochMilli() : json.longValue();
    } catch (DateTimeException | ArithmeticException e) {
      return 0;
    }
  }

  private static Object value(JsonNode json, Type type) {
    if (type == double.class || type == Double.class) {
      return ScoresJson.number(json);
    } else if (type == long.class) {
      return json.longValue();
    } else if (type == int.class) {
      return json.intValue();
    } else if (type == Number.class) {
      return json.isNumber() ? json.numberValue() : Double.NaN;
    } else if (type == boolean.class) {
      return json.booleanValue();
    } else if (type == String.class) {
      return json.isTextual() ? json.textValue() : "";
    } else if (type == ScoreBlock.class) {
      return ScoresJson.read(json);
    } else if (type == double[][].class) {
      return rows(json);
    } else if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class
          ? items(json, generic.getActualTypeArguments()[0])
          : entries(json, generic.getActualTypeArguments()[1]);
    }
    return json.isObject() ? construct(json, (Class<?>) type) : ABSENT.get((Class<?>) type);
  }

  private static double[][] rows(JsonNode json) {
    double[][] rows = new double[json.size()][];
    for (int i = 0; i < rows.length; i++) {
      JsonNode row = json.path(i);
      rows[i] = new double[row.size()];
      for (int j = 0; j < row.size(); j++) {
        rows[i][j] = row.path(j).doubleValue();
      }
    }
    return rows;
  }

  private static List<Object> items(JsonNode json, Type type) {
    List<Object> items = new ArrayList<>();
    if (json.isArray()) {
      json.forEach(item -> items.add(value(item, type)));
    }
    return items;
  }

  private static Map<String, Object> entries(JsonNode json, Type type) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      entries.put(entry.getKey(), value(entry.getValue(), type));
    }
    return entries;
  }
}
