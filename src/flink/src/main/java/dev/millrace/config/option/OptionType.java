package dev.millrace.config.option;

import dev.millrace.config.yaml.YamlNode;

/** What an option takes. */
public interface OptionType<T> {

  /**
   * The value.
   *
   * @throws Refusal if the option does not take this
   */
  T read(YamlNode node) throws Refusal;

  /** What is allowed, in words that follow "must be" and "takes". */
  String allowed();

  /** A value as the file would have it. */
  String show(T value);

  /** Whether the value is a map or a list, which may be left empty like one not given. */
  default boolean isStructure() {
    return false;
  }

  /** Why a value is not taken, in words that follow the option's name. */
  final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    public Refusal(String message) {
      super(message, null, false, false);
    }
  }
}
