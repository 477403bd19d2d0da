package dev.millrace.input;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Specifies forecasts: each record of a series has the value of a column, which is predicted some
 * steps ahead. Each horizon of a series is a model of its own, whose key is the series, an at sign
 * and the horizon.
 *
 * @param column field with the value of the series
 * @param ofTime true if steps are milliseconds of event time; else they are records
 * @param horizons how far ahead the column is predicted, ascending
 * @param seasons periods after which the series resembles itself, ascending; may be empty
 */
@PublicApi
public record ForecastSpec(String column, boolean ofTime, List<Step> horizons, List<Step> seasons)
    implements Serializable {
  /** Separator of the series and the horizon in a model key. */
  public static final char SEPARATOR = '@';

  /**
   * A distance within a series.
   *
   * @param text as in the pipeline file, such as {@code 24} or {@code 1d}
   * @param length records, or milliseconds; min 1
   */
  public record Step(String text, long length) implements Serializable {

    /** Returns the fewest such steps that together are as long as another step. */
    public long timesIn(Step other) {
      return (other.length + length - 1) / length;
    }
  }

  public ForecastSpec {
    horizons = List.copyOf(horizons);
    seasons = List.copyOf(seasons);
  }

  /**
   * Returns the names of the inputs behind all others, in their order. Each is a forecast of the
   * value in its own unit; they are the same for each horizon.
   */
  public List<String> inputs() {
    List<String> inputs = new ArrayList<>();
    for (String name : List.of("last", "lag 1", "lag 2", "slow mean", "fast mean")) {
      inputs.add(column + " " + name);
    }
    for (Step season : seasons) {
      for (String name : List.of("naive", "naive before", "drift", "growth", "phase", "mean")) {
        inputs.add("%s season %s %s".formatted(column, season.text(), name));
      }
    }
    return inputs;
  }

  /** Returns the key of the model of a series and a horizon. */
  public static String modelKey(String series, Step horizon) {
    return series + SEPARATOR + horizon.text;
  }

  /** Returns the keys of the models of a series, in the order of the horizons. */
  public List<String> modelKeys(String series) {
    return horizons.stream().map(horizon -> modelKey(series, horizon)).toList();
  }

  /** Returns the series of a model key. */
  public static String series(String modelKey) {
    int end = modelKey.lastIndexOf(SEPARATOR);
    return end < 0 ? modelKey : modelKey.substring(0, end);
  }

  /** Returns the horizon of a model key; null if the key has none of these horizons. */
  public @Nullable Step horizon(String modelKey) {
    String text = modelKey.substring(modelKey.lastIndexOf(SEPARATOR) + 1);
    for (Step horizon : horizons) {
      if (horizon.text.equals(text)) {
        return horizon;
      }
    }
    return null;
  }

  /**
   * Returns the max distance between a time and the record whose value counts as the value at that
   * time: half of the shorter step, and 0 if steps are records.
   */
  public long tolerance(Step one, Step other) {
    return ofTime ? Math.min(one.length, other.length) / 2 : 0;
  }
}
