package dev.millrace.config.option;

import dev.millrace.config.option.OptionReader.Variant;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.data.Declaration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The maps of an option whose other options follow from the name in them: one for each record of a
 * sealed interface.
 */
public final class Variants<S> {
  private final Option<Class<? extends S>> name;
  private final Map<Class<? extends S>, OptionGroup> groups = new LinkedHashMap<>();

  /**
   * @param path path of the map
   * @param spec sealed interface whose records declare the options
   * @param example line with the name
   * @param documentation one line for the reference
   */
  public Variants(String path, Class<S> spec, String example, String documentation) {
    List<Class<? extends S>> kinds = Declaration.kinds(spec);
    name =
        Option.required(
            "name", OptionTypes.choice(Declaration::kind, kinds), example, documentation);
    for (Class<? extends S> kind : kinds) {
      OptionGroup group =
          new OptionGroup(path, "name: " + Declaration.kind(kind), Declaration.textOf(kind), name);
      groups.put(kind, group.declare(kind.asSubclass(Record.class)));
    }
  }

  /** Returns the type of an option that takes a name or a map. */
  public OptionType<YamlNode> type() {
    return Structures.wordOrMap(name.type());
  }

  /** Returns an option of a record. */
  public Option<?> option(Class<? extends S> kind, String option) {
    return Objects.requireNonNull(groups.get(kind)).named(option);
  }

  /** Returns the groups, for the reference. */
  public List<OptionGroup> groups() {
    return List.copyOf(groups.values());
  }

  /** Returns the name and the options of a map; the first name if it has none or an unknown one. */
  public Variant<Class<? extends S>> in(OptionReader reader, Option<YamlNode> option) {
    Class<? extends S> first = groups.keySet().iterator().next();
    return reader.variant(option, name, kind -> Objects.requireNonNull(groups.get(kind)), first);
  }

  /** Returns the specification of a map. */
  @SuppressWarnings("unchecked") // the class is a record of the interface
  public static <S> S read(Variant<Class<? extends S>> variant) {
    return (S) variant.options().read(variant.name().asSubclass(Record.class));
  }
}
