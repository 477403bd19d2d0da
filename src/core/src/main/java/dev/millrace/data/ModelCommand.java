package dev.millrace.data;

/** Command to the models of one key. */
@PublicApi
public sealed interface ModelCommand permits PromoteRequest, EraseRequest {
  /** Returns the pipeline whose job applies the command. */
  String pipeline();
}
