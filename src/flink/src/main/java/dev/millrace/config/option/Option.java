package dev.millrace.config.option;

import dev.millrace.data.Declaration;
import dev.millrace.data.Setting;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One option of the pipeline file, from which reading, checking and the reference follow.
 *
 * @param defaultText the default in words; null to show the default value itself
 * @param example a line with the option, if it is required
 * @param documentation one line for the reference
 */
public record Option<T>(
    String name,
    OptionType<T> type,
    @Nullable T defaultValue,
    @Nullable String defaultText,
    @Nullable String example,
    String documentation) {

  /** Returns an option that has a default. */
  public static <T> Option<T> of(
      String name, OptionType<T> type, T defaultValue, String documentation) {
    return new Option<>(name, type, defaultValue, null, null, documentation);
  }

  /** Returns an option whose default is not one value. */
  public static <T> Option<T> optional(
      String name, OptionType<T> type, String defaultText, String documentation) {
    return new Option<>(name, type, null, defaultText, null, documentation);
  }

  /** Returns an option that must be given. */
  public static <T> Option<T> required(
      String name, OptionType<T> type, String example, String documentation) {
    return new Option<>(name, type, null, "required", example, documentation);
  }

  /** Returns the option that a specification declares. */
  static Option<?> of(Declaration declared) {
    return of(declared, OptionTypes.of(declared));
  }

  @SuppressWarnings("unchecked") // the type is that of the component
  private static <T> Option<T> of(Declaration declared, OptionType<T> type) {
    Setting setting = declared.setting();
    if (declared.isRequired()) {
      return required(declared.name(), type, setting.example(), setting.doc());
    }
    Object value = declared.type() == List.class ? List.of() : declared.defaultValue();
    T shown = (T) (value instanceof Double number ? Float.valueOf(number.floatValue()) : value);
    String inWords = setting.shown().isEmpty() ? null : setting.shown();
    return new Option<>(declared.name(), type, shown, inWords, null, setting.doc());
  }

  /** Returns the option, of which one more word is rejected with a reason of its own. */
  Option<T> without(String word, String reason) {
    return new Option<>(
        name,
        OptionTypes.without(word, reason, type),
        defaultValue,
        defaultText,
        example,
        documentation);
  }

  /** Returns the default in words. */
  public String shownDefault() {
    return defaultText != null ? defaultText : type.show(requireDefault());
  }

  /** Returns the default of an option that has one. */
  public T requireDefault() {
    return Objects.requireNonNull(defaultValue, name);
  }
}
