package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;
import java.io.Serializable;

/**
 * Detection of drift in the columns of the input.
 *
 * @param threshold min population stability index of a drift, above 0
 */
@PublicApi
public record InputDriftSpec(double threshold) implements Serializable {
  /** A shift of about a third of a standard deviation. */
  public static final InputDriftSpec DEFAULT = new InputDriftSpec(0.1);
}
