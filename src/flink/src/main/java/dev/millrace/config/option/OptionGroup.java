package dev.millrace.config.option;

import java.util.List;

/**
 * The options of one map in the file.
 *
 * @param path where the map stands, such as {@code input.features[]}; empty for the file itself
 * @param variant tells groups of the same path apart, such as {@code name: sgd}; empty for most
 * @param meaning one or two sentences for the reference
 */
public record OptionGroup(String path, String variant, String meaning, List<Option<?>> options) {

  public List<String> names() {
    return options.stream().map(Option::name).toList();
  }
}
