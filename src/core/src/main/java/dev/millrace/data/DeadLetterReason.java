package dev.millrace.data;

/** Reasons for which a record is rejected. */
@PublicApi
public enum DeadLetterReason {
  /** The value has no bytes. */
  EMPTY_VALUE,
  /** The value is longer than {@code limits.record-bytes}. */
  RECORD_TOO_LARGE,
  /** The first bytes are of no framing that the pipeline accepts. */
  UNKNOWN_FRAMING,
  /** The framing names a schema that the pipeline does not know. */
  UNKNOWN_SCHEMA,
  /** The registry returns other schemas, but not that of the record. */
  UNAVAILABLE_SCHEMA,
  /** The record's schema cannot be read as the pipeline's; the message has the difference. */
  INCOMPATIBLE_SCHEMA,
  /** The bytes end early or do not match the schema, or a value's own code throws. */
  MALFORMED_RECORD,
  /** No model key: the record key (or the key field) is null or empty. */
  MISSING_KEY,
  /** The model key is longer than {@code limits.key-bytes} or cannot be written as UTF-8. */
  INVALID_KEY,
  /** The example has no id, which delayed labels need. */
  MISSING_ID,
  /** The example's id is longer than 256 bytes or cannot be written as UTF-8. */
  INVALID_ID,
  /** A label came before its features, for a key without a model. */
  LABEL_WITHOUT_FEATURES,
  /** The label is null. */
  MISSING_LABEL,
  /** The label is not a finite number or a name of max 256 bytes, or of the wrong kind. */
  INVALID_LABEL,
  /** The label is not among the declared classes. */
  UNKNOWN_CLASS,
  /** With the label the model would exceed {@code limits.classes}, or their names the limit. */
  TOO_MANY_CLASSES,
  /** The model of the key would take more than {@code limits.state-bytes}. */
  MODEL_TOO_LARGE,
  /** The record does not have as many features as the model. */
  WRONG_FEATURE_COUNT,
  /** A feature is NaN or infinite. */
  NON_FINITE_FEATURE,
  /** A feature is absent and was not declared nullable. */
  MISSING_FEATURE,
  /** A feature has a value of another type than declared, or the event time is invalid. */
  INVALID_FEATURE,
  /** The example's weight is negative, NaN or above {@code limits.weight}. */
  INVALID_WEIGHT,
  /** The header {@code millrace.epoch} is a pass later than the next one of its key. */
  INVALID_EPOCH,
  /** The record of the commands topic is not a valid command. */
  INVALID_COMMAND,
  /** The command names a model that the key does not have, or a key without models. */
  UNKNOWN_MODEL;

  /** The name in records and documentation, such as {@code empty-value}. */
  public String id() {
    return KebabCase.of(this);
  }
}
