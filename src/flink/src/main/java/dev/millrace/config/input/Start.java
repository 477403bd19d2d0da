package dev.millrace.config.input;

import dev.millrace.data.PublicApi;

/** Starting offsets of a pipeline without a checkpoint. */
@PublicApi
public enum Start {
  EARLIEST,
  LATEST,
  /** The offsets committed for the consumer group, or the earliest if there are none. */
  COMMITTED
}
