package dev.millrace.config.option;

import dev.millrace.config.yaml.YamlNode;

/** Parses and describes the values of an option. */
public interface OptionType<T> {

  /**
   * Returns the value.
   *
   * @throws InvalidValueException if the value is not allowed
   */
  T read(YamlNode node) throws InvalidValueException;

  /** Returns the allowed values, in words that follow "must be". */
  String allowed();

  /** Returns a value as it is written in the file. */
  String show(T value);

  /** Returns true if the value is a map or a list, which may be empty. */
  default boolean isStructure() {
    return false;
  }

  /** Reports an invalid value, in words that follow the option's name. */
  final class InvalidValueException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidValueException(String message) {
      super(message, null, false, false);
    }
  }
}
