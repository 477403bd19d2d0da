package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/** Command to the models of one key, or of all keys. */
@PublicApi
public sealed interface ModelCommand {
  /** Key of a row with a command to all keys; no model has it. */
  String ALL_KEYS = "";

  /** Returns the pipeline whose job applies the command. */
  String pipeline();

  /**
   * Command that makes one of a key's models champion.
   *
   * @param model name of the model
   */
  record Promote(String pipeline, String model) implements ModelCommand {}

  /**
   * Command that erases all state of a key, or one id from it.
   *
   * @param id null for the whole key
   */
  record Erase(String pipeline, @Nullable Id id) implements ModelCommand {

    /**
     * An id by its hash, so that a command does not have it in clear.
     *
     * @param column name of the column
     * @param hash of the column and the text, see {@link IdHash}
     */
    public record Id(String column, long hash) {}
  }
}
