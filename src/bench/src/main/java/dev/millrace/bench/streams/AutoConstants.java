package dev.millrace.bench.streams;

import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.auto.Models;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The constants of the members of {@code model: auto}, which a search may change in its own
 * process: learning rates, replays and weights of replayed records. Nothing else can change them.
 * Not thread-safe.
 */
final class AutoConstants {
  private static final List<String> FIELDS = List.of("learningRate", "replays", "replayWeight");

  /** A constant of a member. */
  private record Constant(Object member, Field field) {}

  private final Map<String, Constant> constants = new LinkedHashMap<>();

  /**
   * Finds the constants of the networks of a tier. A network that replays nothing has no weight.
   */
  AutoConstants(AutoSpec.Tier tier) {
    try {
      Class<?> kind = Class.forName(Models.class.getPackageName() + ".MemberKind");
      var of = kind.getDeclaredMethod("of", AutoSpec.Tier.class);
      of.setAccessible(true);
      for (Object member : (List<?>) of.invoke(null, tier)) {
        for (String name : FIELDS) {
          Field field = kind.getDeclaredField(name);
          field.setAccessible(true);
          if (((Number) field.get(member)).doubleValue() != 0) {
            constants.put(
                member.toString().toLowerCase(Locale.ROOT) + "." + name,
                new Constant(member, field));
          }
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The members of auto have other fields", e);
    }
  }

  /** Returns the names, such as {@code replay.learningRate}. */
  List<String> names() {
    return new ArrayList<>(constants.keySet());
  }

  double get(String name) {
    Constant constant = find(name);
    try {
      // The shortest decimal of a float, not its nearest double.
      return Double.parseDouble(constant.field().get(constant.member()).toString());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sets a constant for all models that are created from here on. */
  void set(String name, double value) {
    Constant constant = find(name);
    try {
      if (isInteger(name)) {
        constant.field().setInt(constant.member(), (int) Math.round(value));
      } else {
        constant.field().setFloat(constant.member(), (float) value);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns true for a number of replays. */
  boolean isInteger(String name) {
    return find(name).field().getType() == int.class;
  }

  private Constant find(String name) {
    Constant constant = constants.get(name);
    if (constant == null) {
      throw new IllegalArgumentException(
          "Unknown constant \"%s\". Known constants: %s"
              .formatted(name, String.join(", ", names())));
    }
    return constant;
  }
}
