package dev.millrace.testing;

import dev.millrace.report.MetricsReport.Decaying;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Values of record classes in which no component is left out, made from the classes alone: whoever
 * adds a component finds it in them. Where a component is of a sealed interface there is one value
 * for each of its kinds, except those of which the component is itself a part.
 */
public final class SampleRecords {
  // Kinds of which values are being made.
  private final Set<Class<?>> open = new HashSet<>();
  private Score.Kind kind = Score.Kind.CLASSES; // of the block that was made last
  private int texts;

  private SampleRecords() {}

  /** One value for each choice that the record leaves. */
  @SuppressWarnings("unchecked") // made by the class's own constructor
  public static <T> List<T> of(Class<T> type) {
    return (List<T>) new SampleRecords().values(type, Map.of());
  }

  private List<Object> values(Type type, Map<String, Type> variables) {
    if (type instanceof TypeVariable<?> variable) {
      return values(variables.get(variable.getName()), Map.of());
    }
    if (type instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Type argument = generic.getActualTypeArguments()[0];
      if (raw == List.class) {
        List<Object> items = values(argument, variables);
        return List.of(items.size() == 1 ? List.of(items.get(0), items.get(0)) : items);
      }
      return records(raw, Map.of(raw.getTypeParameters()[0].getName(), argument));
    }
    return values((Class<?>) type);
  }

  private List<Object> values(Class<?> type) {
    if (type == String.class) {
      return List.of(text());
    } else if (type == double.class) {
      return List.of(0.25);
    } else if (type == float.class) {
      return List.of(0.25f);
    } else if (type == int.class) {
      return List.of(1);
    } else if (type == long.class || type == Long.class) {
      return List.of(1L, -1L); // which some components have for none
    } else if (type == boolean.class || type == Boolean.class) {
      return List.of(true, false);
    } else if (type.isEnum()) {
      return Arrays.asList(type.getEnumConstants());
    } else if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 2);
      Object item = values(type.getComponentType()).get(0);
      Array.set(array, 0, item);
      Array.set(array, 1, item);
      return List.of(array);
    } else if (type.isSealed()) {
      List<Object> kinds = new ArrayList<>();
      for (Class<?> kind : type.getPermittedSubclasses()) {
        if (open.add(kind)) {
          kinds.addAll(records(kind, Map.of()));
          open.remove(kind);
        }
      }
      return kinds;
    }
    return records(type, Map.of());
  }

  /** A block with all scores of the kind of record that holds it. */
  private ScoreBlock block(Class<?> holder) {
    if (holder != Decaying.class) {
      kind =
          holder == RegressionScores.class
              ? Score.Kind.VALUES
              : holder == OutputScores.class ? Score.Kind.SETS : Score.Kind.CLASSES;
    }
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    Score.of(kind)
        .forEach(score -> scores.put(score, score.better() == Score.Better.FLAG ? 1 : 0.25));
    return new ScoreBlock(1, kind == Score.Kind.SETS ? Double.NaN : 0.25, scores);
  }

  /** Another one each time, as the fields of an object have different names. */
  private String text() {
    return "%08x".formatted(0x0123abcd + texts++);
  }

  /** As many values as the component with the most choices has; the others go round. */
  private List<Object> records(Class<?> type, Map<String, Type> variables) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException("no sample of " + type + " is known");
    }
    List<List<Object>> choices = new ArrayList<>();
    Class<?>[] types = new Class<?>[components.length];
    int most = 1;
    for (int c = 0; c < components.length; c++) {
      types[c] = components[c].getType();
      choices.add(
          types[c] == ScoreBlock.class
              ? List.of(block(type))
              : values(components[c].getGenericType(), variables));
      most = Math.max(most, choices.get(c).size());
    }
    List<Object> made = new ArrayList<>();
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      for (int i = 0; i < most; i++) {
        Object[] arguments = new Object[types.length];
        for (int c = 0; c < types.length; c++) {
          arguments[c] =
              types[c] == String.class ? text() : choices.get(c).get(i % choices.get(c).size());
        }
        made.add(constructor.newInstance(arguments));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return made;
  }
}
