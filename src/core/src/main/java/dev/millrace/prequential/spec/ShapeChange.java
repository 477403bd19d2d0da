package dev.millrace.prequential.spec;

import dev.millrace.data.PublicApi;

/** Treatment of a key whose stored model does not fit the settings. */
@PublicApi
public enum ShapeChange {
  /** Processing ends with an error that names the difference. */
  FAIL,
  /** The key restarts with its next example. */
  RESET,
  /** A model that is only smaller is expanded and predicts the same; else processing ends. */
  GROW
}
