package dev.millrace.config.option;

import dev.millrace.data.Declaration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** The options of one map in the file, each added where it is declared. */
public final class OptionGroup {
  private final String path;
  private final String variant;
  private final String documentation;
  private final List<Option<?>> options;
  private final Map<Class<? extends Record>, List<Declaration>> declared = new LinkedHashMap<>();

  /**
   * Creates a group that begins with options of other groups.
   *
   * @param path path of the map, such as {@code input.features[]}; empty for the file itself
   * @param variant distinguishes groups of the same path, such as {@code name: sgd}; empty for most
   * @param documentation one or two sentences for the reference
   */
  public OptionGroup(String path, String variant, String documentation, Option<?>... shared) {
    this.path = path;
    this.variant = variant;
    this.documentation = documentation;
    this.options = new ArrayList<>(List.of(shared));
  }

  /** Declares an option that has a default. */
  public <T> Option<T> option(
      String name, OptionType<T> type, T defaultValue, String documentation) {
    return add(Option.of(name, type, defaultValue, documentation));
  }

  /** Declares an option whose default is not one value. */
  public <T> Option<T> optional(
      String name, OptionType<T> type, String defaultText, String documentation) {
    return add(Option.optional(name, type, defaultText, documentation));
  }

  /** Declares an option that must be given. */
  public <T> Option<T> required(
      String name, OptionType<T> type, String example, String documentation) {
    return add(Option.required(name, type, example, documentation));
  }

  /** Adds an option and returns it. */
  public <T> Option<T> add(Option<T> option) {
    options.add(option);
    return option;
  }

  /**
   * Adds options that a specification declares, and returns this group.
   *
   * @param names of the options, in the order of the reference; all if there are none
   */
  public OptionGroup declare(Class<? extends Record> spec, String... names) {
    List<Declaration> all = Declaration.of(spec);
    List<Declaration> chosen =
        names.length == 0
            ? all
            : Arrays.stream(names).map(name -> find(all, Declaration::name, name)).toList();
    chosen.forEach(one -> add(Option.of(one)));
    declared.computeIfAbsent(spec, unused -> new ArrayList<>()).addAll(chosen);
    return this;
  }

  /** Returns what specifications declare of this group, by their records. */
  public Map<Class<? extends Record>, List<Declaration>> declared() {
    return declared;
  }

  /** Adds an option in front of another, and returns it. */
  public <T> Option<T> before(String name, Option<T> option) {
    options.add(names().indexOf(name), option);
    return option;
  }

  /** Returns a copy with another option of the same name. */
  public OptionGroup with(Option<?> other) {
    OptionGroup copy =
        new OptionGroup(
            path,
            variant,
            documentation,
            options.stream()
                .map(option -> option.name().equals(other.name()) ? other : option)
                .toArray(Option<?>[]::new));
    copy.declared.putAll(declared);
    return copy;
  }

  /** Rejects one more word of an option with a reason of its own, and returns this group. */
  public OptionGroup without(String name, String word, String reason) {
    options.replaceAll(one -> one.name().equals(name) ? one.without(word, reason) : one);
    return this;
  }

  /** Returns an option by its name; its type is that of the component that declares it. */
  @SuppressWarnings("unchecked") // by the caller's knowledge of the component
  public <T> Option<T> named(String name) {
    return (Option<T>) find(options, Option::name, name);
  }

  private <E> E find(List<E> all, Function<E, String> nameOf, String name) {
    return all.stream()
        .filter(one -> nameOf.apply(one).equals(name))
        .findAny()
        .orElseThrow(() -> new NoSuchElementException(path + " has no " + name));
  }

  /** Adds options that are declared elsewhere. */
  public void include(Option<?>... others) {
    options.addAll(List.of(others));
  }

  public String path() {
    return path;
  }

  public String variant() {
    return variant;
  }

  public String documentation() {
    return documentation;
  }

  public List<Option<?>> options() {
    return List.copyOf(options);
  }

  public List<String> names() {
    return options.stream().map(Option::name).toList();
  }
}
