package dev.millrace.nn;

import java.io.Serializable;
import java.util.Locale;

/**
 * How features are brought to a common scale, learned from the stream itself.
 *
 * @param fade share of the past forgotten with each example, 0 (never forget) to below 1; standard
 *     only
 * @param clip standardised values are cut to -clip..clip; 0 is off; standard only
 */
public record Normalization(Kind kind, float fade, float clip) implements Serializable {

  /** The methods. */
  public enum Kind {
    NONE,
    /** (x - mean) / standard deviation. */
    STANDARD,
    /** (x - min) / (max - min), within 0..1. */
    MINMAX;

    /** The name in pipeline files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
