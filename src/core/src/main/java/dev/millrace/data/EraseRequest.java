package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/**
 * Command that erases all state of a key, or one id from it.
 *
 * @param id null for the whole key
 */
@PublicApi
public record EraseRequest(String pipeline, @Nullable Id id) implements ModelCommand {

  /**
   * An id by its hash, so that a command does not have it in clear.
   *
   * @param column name of the column
   * @param hash of the column and the text, see {@link IdHash}
   */
  public record Id(String column, long hash) {}
}
