package dev.millrace.cli.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.config.Settings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Parses values of the metrics topic, which anyone may write to. */
public final class MetricsRecords {
  // Commands pass records on as they are.
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Field of every metrics record. */
  static final String MARK = "key";

  private MetricsRecords() {}

  /** Returns the record, empty if the text is not one JSON object with a key. */
  public static Optional<JsonNode> parse(String text) {
    return parse(text, MARK);
  }

  /** Returns the record, empty if the text is not one JSON object with a text in a field. */
  public static Optional<JsonNode> parse(String text, String mark) {
    return Optional.of(read(text)).filter(record -> record.path(mark).isTextual());
  }

  /** Parses a line; returns a missing node if it is not one JSON value. */
  public static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Returns the figure by which models are ordered, the worst highest: the loss; for forecasts,
   * which have none, the error relative to that of a naive forecast, or of the last value. NaN if
   * none is known.
   *
   * @param loss mean over the window
   * @param mase mean absolute scaled error of forecasts
   * @param error mean absolute error
   * @param lastValueError mean absolute error of the last value
   */
  public static double severity(double loss, double mase, double error, double lastValueError) {
    if (!Double.isNaN(loss)) {
      return loss;
    }
    return Double.isNaN(mase) ? error / lastValueError : mase;
  }

  /** Returns true if a record is of a key and a pipeline, null for any; topics may be shared. */
  public static boolean isOf(@Nullable String key, @Nullable Settings settings, JsonNode record) {
    return (key == null || key.equals(record.path("key").textValue()))
        && (settings == null || settings.pipeline().equals(record.path("pipeline").textValue()));
  }
}
