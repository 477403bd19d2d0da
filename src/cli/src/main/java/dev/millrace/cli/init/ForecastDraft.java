package dev.millrace.cli.init;

import dev.millrace.cli.console.YamlText;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Draft of the forecast of a field, whose values are series with regular steps.
 *
 * @param column field to forecast
 * @param keyName field of the series; null for one series, or for the record key
 */
record ForecastDraft(String column, SeriesProposal.Series series, @Nullable String keyName) {
  private static final int MAX_NAME = 40;

  /**
   * Returns the draft; null if the values are no series with regular steps.
   *
   * @param others fields that may hold the times
   * @param keys fields of the model key to try, in order
   */
  static @Nullable ForecastDraft of(
      InputProfile input, FieldProfile label, List<FieldProfile> others, List<String> keys) {
    RowSample sample = input.sample();
    double[] values = sample.column(label.name());
    String time = time(sample, others);
    double[] times = time == null ? null : sample.column(time);
    if (values == null || times == null) {
      return null;
    }
    for (String name : keys) {
      double[] column = sample.column(name);
      boolean isKnown = column == null || sample.isComplete(name);
      SeriesProposal.Series series =
          isKnown
              ? SeriesProposal.find(values, times, column, sample.rows(), sample.isFull())
              : null;
      if (series != null) {
        String keyName = name.equals(RowSample.RECORD_KEY) ? null : name;
        return new ForecastDraft(label.name(), series, keyName);
      }
    }
    return null;
  }

  /** Returns the first field that has a date or time in each record; null if there is none. */
  static @Nullable String time(RowSample sample, List<FieldProfile> fields) {
    return fields.stream()
        .filter(field -> sample.isDates(field.name()) || field.isMillis())
        .map(FieldProfile::name)
        .filter(sample::isComplete)
        .findFirst()
        .orElse(null);
  }

  /** Returns what was found, as comments. */
  List<String> reasons() {
    String each = keyName == null ? "" : " for each " + Printable.line(keyName, MAX_NAME);
    List<String> lines = new ArrayList<>();
    lines.add("# The records are a series%s, with a value %s.".formatted(each, series.step()));
    if (!series.seasons().isEmpty()) {
      lines.add(
          "# Without their level, values correlate with those "
              + series.seasons().stream()
                  .map(
                      season ->
                          "%d before: %.2f"
                              .formatted(
                                  season, series.strengths().get(series.seasons().indexOf(season))))
                  .collect(Collectors.joining(", "))
              + ".");
    }
    return lines;
  }

  /** Returns the option of the pipeline file. */
  String block() {
    List<Integer> seasons = series.seasons();
    return "forecast: { column: %s, horizons: %s%s }"
        .formatted(
            YamlText.of(column),
            seasons.isEmpty() ? List.of(1) : List.of(1, seasons.get(0)),
            seasons.isEmpty() ? "" : ", season: " + seasons);
  }
}
