package dev.millrace.flink;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs events of models. The pipeline, and the key if a line has one, are in the logging context
 * too, for layouts with fields.
 */
final class ModelLog {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);
  private static final String PIPELINE = "pipeline";
  private static final String KEY = "key";

  private ModelLog() {}

  /** Names the pipeline in all that this thread, which is that of one task, logs from now on. */
  static void begin(String pipeline) {
    MDC.put(PIPELINE, pipeline);
  }

  /** Warns of one key, where others may be like it. */
  @SuppressWarnings("try") // the context is there, not used
  static void warn(String key, String what) {
    try (MDC.MDCCloseable context = MDC.putCloseable(KEY, key)) {
      LOG.warn("Key {} and all others like it: {}", key, what);
    }
  }
}
