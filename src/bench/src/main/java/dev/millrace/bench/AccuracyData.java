package dev.millrace.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.data.KebabCase;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A data set with known columns and published scores.
 *
 * @param positive the positive class
 * @param task null to guess it from the label
 * @param published best published score, NaN if unknown
 * @param publishedBy the model that reached it
 * @param moa scores of MOA's four learners, empty if unknown
 */
record AccuracyData(
    String name,
    String file,
    String label,
    List<String> drop,
    @Nullable String positive,
    @Nullable Task task,
    Score score,
    double published,
    String publishedBy,
    List<Double> moa) {

  private static final String RESOURCE = "/accuracy/datasets.yaml";

  /** Score that the table compares. */
  enum Score {
    ACCURACY,
    F1,
    MAE,
    LOG_LOSS;

    double of(FinalMetrics.Totals totals) {
      return switch (this) {
        case ACCURACY -> totals.accuracy();
        case F1 -> totals.f1();
        case MAE -> totals.mae();
        case LOG_LOSS -> totals.logLoss();
      };
    }

    String id() {
      return KebabCase.of(this);
    }

    /** Returns true if the baseline of the previous label or value has this score. */
    boolean isOfNoChange() {
      return this == ACCURACY || this == MAE;
    }
  }

  /** Returns all data sets, in the order of the table. */
  static List<AccuracyData> all() {
    List<AccuracyData> all = new ArrayList<>();
    try (InputStream in = AccuracyData.class.getResourceAsStream(RESOURCE)) {
      new YAMLMapper().readTree(in).forEach(node -> all.add(of(node)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static AccuracyData of(JsonNode node) {
    List<String> drop = new ArrayList<>();
    node.path("drop").forEach(column -> drop.add(column.asText()));
    List<Double> moa = new ArrayList<>();
    node.path("moa").forEach(score -> moa.add(score.asDouble()));
    return new AccuracyData(
        node.path("name").asText(),
        node.path("file").asText(),
        node.path("label").asText(),
        List.copyOf(drop),
        node.path("positive").asText(null),
        node.has("task") ? Task.valueOf(node.path("task").asText().toUpperCase(Locale.ROOT)) : null,
        Score.valueOf(node.path("score").asText().toUpperCase(Locale.ROOT).replace('-', '_')),
        node.at("/published/value").asDouble(Double.NaN),
        node.at("/published/by").asText(),
        List.copyOf(moa));
  }

  /**
   * Returns the file in the folder, else the unpacked file that ships with Millrace or is
   * generated; null if there is none.
   *
   * @param folder searched with its subfolders
   */
  @Nullable Path find(@Nullable Path folder, Path unpackInto) throws IOException {
    if (folder != null) {
      try (var files = Files.walk(folder, 2)) {
        Path found =
            files
                .filter(path -> path.getFileName().toString().equals(file))
                .findFirst()
                .orElse(null);
        if (found != null) {
          return found;
        }
      }
    }
    try (InputStream in = AccuracyData.class.getResourceAsStream("/datasets/" + file)) {
      if (in == null) {
        return AccuracyStreams.write(file, unpackInto);
      }
      Path copy = unpackInto.resolve(file);
      Files.copy(in, copy);
      return copy;
    }
  }
}
