package dev.millrace.data;

/** Command to the models of one key, or of all keys. */
@PublicApi
public sealed interface ModelCommand permits PromoteRequest, EraseRequest {
  /** Key of a row with a command to all keys; no model has it. */
  String ALL_KEYS = "";

  /** Returns the pipeline whose job applies the command. */
  String pipeline();
}
