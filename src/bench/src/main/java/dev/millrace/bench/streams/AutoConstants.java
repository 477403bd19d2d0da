package dev.millrace.bench.streams;

import static java.util.Locale.ROOT;

import dev.millrace.data.KebabCase;
import dev.millrace.nn.auto.members.MemberKind;
import dev.millrace.nn.auto.members.MixtureConstant;
import dev.millrace.nn.spec.AutoSpec;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The constants of {@code model: auto}, which a search may change in its own process: learning
 * rates, replays and weights of replayed records of the networks, and the rates of all that is
 * mixed with them. Nothing else can change them. Not thread-safe.
 */
final class AutoConstants {
  private static final List<String> FIELDS = List.of("learningRate", "replays", "replayWeight");
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

  /**
   * A constant.
   *
   * @param owner network or constant of the mixture
   */
  private record Constant(Object owner, Field field) {}

  private final Map<String, Constant> constants = new LinkedHashMap<>();

  /** Finds the constants of some tiers. A network that replays nothing has no weight. */
  AutoConstants(List<AutoSpec.Tier> tiers) {
    try {
      for (AutoSpec.Tier tier : tiers) {
        for (MemberKind member : MemberKind.of(tier)) {
          addNetwork(member);
        }
      }
      Field value = MixtureConstant.class.getDeclaredField("value");
      value.setAccessible(true);
      for (MixtureConstant constant : MixtureConstant.values()) {
        constants.put(KebabCase.of(constant), new Constant(constant, value));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The constants of auto have other fields", e);
    }
  }

  private void addNetwork(MemberKind member) throws ReflectiveOperationException {
    for (String name : FIELDS) {
      Field field = MemberKind.class.getDeclaredField(name);
      field.setAccessible(true);
      if (((Number) field.get(member)).doubleValue() != 0) {
        String kebab = CAPITAL.matcher(name).replaceAll(c -> "-" + c.group().toLowerCase(ROOT));
        constants.put(KebabCase.of(member) + "." + kebab, new Constant(member, field));
      }
    }
  }

  /** Returns the names, such as {@code replay.learning-rate} and {@code linear-rate}. */
  List<String> names() {
    return new ArrayList<>(constants.keySet());
  }

  double get(String name) {
    Constant constant = find(name);
    try {
      // The shortest decimal of a float, not its nearest double.
      return Double.parseDouble(constant.field().get(constant.owner()).toString());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sets a constant for all models that are created from here on. */
  void set(String name, double value) {
    Constant constant = find(name);
    try {
      if (isInteger(name)) {
        constant.field().setInt(constant.owner(), (int) Math.round(value));
      } else {
        constant.field().setFloat(constant.owner(), (float) value);
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
