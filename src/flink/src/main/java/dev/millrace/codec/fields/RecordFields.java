package dev.millrace.codec.fields;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a parsed record. */
public interface RecordFields {
  /**
   * Returns a Number, Boolean or CharSequence, null where there is none, anything else as it is.
   */
  @Nullable Object at(String[] path);

  /**
   * Returns the value of a feature as {@link #at} does.
   *
   * @param number of the feature from 0
   */
  default @Nullable Object feature(int number, String[] path) {
    return at(path);
  }

  /**
   * Returns a value as {@link #at} does, or if the fields lack it that of the envelope around them.
   */
  default @Nullable Object metadata(String[] path) {
    return at(path);
  }

  /**
   * Returns a value as {@link #metadata} does that names something, such as a key, an id or a
   * group: a cell of a line stays as it is written, also if it looks like a number.
   */
  default @Nullable Object name(String[] path) {
    return metadata(path);
  }

  /** Returns what to set where a number was written as this value; empty if not known. */
  default String remedy(Object value) {
    return "";
  }

  /** Adds the names of the outermost fields that are not among {@code read}; none by default. */
  default void addOthers(Set<String> read, Collection<String> to) {}

  /** Returns the steps to a field: one step if dots are part of names. */
  static String[] path(String name, boolean hasPaths) {
    return hasPaths ? name.split("\\.") : new String[] {name};
  }
}
