package dev.millrace.data;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A component of a specification that is an option of the pipeline file: its {@link Setting}.
 *
 * @param component name of the component
 * @param name name of the option
 */
public record Declaration(String component, String name, Class<?> type, Setting setting) {
  private static final ClassValue<List<Declaration>> OF =
      new ClassValue<>() {
        @Override
        protected List<Declaration> computeValue(Class<?> spec) {
          return declared(spec);
        }
      };

  /** Returns the options of a record, those of its interface first, in their order. */
  public static List<Declaration> of(Class<?> spec) {
    return OF.get(spec);
  }

  private static List<Declaration> declared(Class<?> spec) {
    List<Declaration> own = new ArrayList<>();
    List<Declaration> shared = new ArrayList<>();
    for (RecordComponent component : spec.getRecordComponents()) {
      Setting setting = component.getAnnotation(Setting.class);
      if (setting != null) {
        own.add(of(component, setting));
      }
      for (Class<?> kind : spec.getInterfaces()) {
        Arrays.stream(kind.getDeclaredMethods())
            .filter(method -> method.getName().equals(component.getName()))
            .map(method -> method.getAnnotation(Setting.class))
            .filter(one -> one != null)
            .forEach(one -> shared.add(of(component, one)));
      }
    }
    shared.addAll(own);
    return List.copyOf(shared);
  }

  private static Declaration of(RecordComponent component, Setting setting) {
    String words = ComponentName.words(component, '-');
    String name = setting.name().isEmpty() ? words : setting.name();
    return new Declaration(component.getName(), name, component.getType(), setting);
  }

  /** Returns true if the option must be given. */
  public boolean isRequired() {
    return !setting.example().isEmpty();
  }

  /**
   * Returns the default, null if there is none; of a required option the min or an empty text,
   * which stands for one that is missing.
   */
  public @Nullable Object defaultValue() {
    if (type == String.class && isRequired()) {
      return "";
    }
    String text = isRequired() ? Interval.of(setting.in()).min() : setting.value();
    if (text.isEmpty()) {
      return null;
    }
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> id(constant).equals(text))
          .findAny()
          .orElseThrow();
    }
    return switch (type.getName()) {
      case "int" -> Integer.valueOf(text);
      case "long" -> text.equals("off") ? Long.valueOf(0) : Long.valueOf(Interval.whole(text));
      case "float" -> Float.valueOf(text);
      case "double" -> Double.valueOf(text);
      case "boolean" -> Boolean.valueOf(text);
      default -> text;
    };
  }

  /** Returns the value of this component of a record. */
  public @Nullable Object valueOf(Record spec) {
    return valueOf(spec, component);
  }

  private static @Nullable Object valueOf(Record spec, String component) {
    try {
      Method accessor = spec.getClass().getDeclaredMethod(component);
      accessor.setAccessible(true);
      return accessor.invoke(spec);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the name of a constant in pipeline files: its id, or else its own with hyphens. */
  public static String id(Object constant) {
    Enum<?> named = (Enum<?>) constant;
    try {
      return (String) named.getDeclaringClass().getMethod("id").invoke(named);
    } catch (NoSuchMethodException e) {
      return KebabCase.of(named);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the record with all its defaults; null, 0, false or empty where it declares none. */
  public static <R extends Record> R defaults(Class<R> spec) {
    Map<String, @Nullable Object> values = new HashMap<>();
    for (RecordComponent component : spec.getRecordComponents()) {
      values.put(component.getName(), undeclared(component.getType()));
    }
    for (Declaration one : of(spec)) {
      Object value = one.defaultValue();
      if (value != null) {
        values.put(one.component(), value);
      }
    }
    return create(spec, values);
  }

  private static @Nullable Object undeclared(Class<?> type) {
    return switch (type.getName()) {
      case "int" -> 0;
      case "long" -> 0L;
      case "float" -> 0f;
      case "double" -> 0.0;
      case "boolean" -> false;
      case "java.util.List" -> List.of();
      default ->
          type.isRecord() && !of(type).isEmpty() ? defaults(type.asSubclass(Record.class)) : null;
    };
  }

  /** Returns the parts of a record that are records with options themselves, by component. */
  public static Map<String, Record> parts(Record spec) {
    Map<String, Record> parts = new HashMap<>();
    for (RecordComponent component : spec.getClass().getRecordComponents()) {
      if (component.getType().isRecord()
          && !of(component.getType()).isEmpty()
          && valueOf(spec, component.getName()) instanceof Record part) {
        parts.put(component.getName(), part);
      }
    }
    return parts;
  }

  /**
   * Returns a copy of a record with other values.
   *
   * @param changed new values by component
   */
  @SuppressWarnings("unchecked") // the class of a record is that of its copy
  public static <R extends Record> R with(R spec, Map<String, Object> changed) {
    Map<String, @Nullable Object> values = new HashMap<>();
    for (RecordComponent component : spec.getClass().getRecordComponents()) {
      values.put(component.getName(), valueOf(spec, component.getName()));
    }
    values.putAll(changed);
    return create((Class<R>) spec.getClass(), values);
  }

  private static <R extends Record> R create(Class<R> spec, Map<String, @Nullable Object> values) {
    RecordComponent[] components = spec.getRecordComponents();
    try {
      Constructor<R> constructor =
          spec.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor.newInstance(
          Arrays.stream(components).map(one -> values.get(one.getName())).toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the records of a sealed interface, in the order of its {@code permits}. */
  public static <S> List<Class<? extends S>> kinds(Class<S> spec) {
    List<Class<? extends S>> kinds = new ArrayList<>();
    for (Class<?> kind : spec.getPermittedSubclasses()) {
      kinds.add(kind.asSubclass(spec));
    }
    return kinds;
  }

  /** Returns the name of a record of a sealed interface in pipeline files. */
  public static String kind(Class<?> spec) {
    return spec.getAnnotation(Setting.Kind.class).value();
  }

  /** Returns what the reference says of a record of a sealed interface. */
  public static String textOf(Class<?> spec) {
    return spec.getAnnotation(Setting.Kind.class).doc();
  }
}
