package dev.millrace.bench.accuracy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
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
 * @param input further options of the input as in a pipeline file, such as columns of ids; null to
 *     guess from the file
 * @param forecast options of the forecast of the label, as in a pipeline file; null for none
 * @param also second score, which is compared with that of peers; null for none
 * @param peers published scores of others, both of them
 * @param oracles columns with probabilities from more knowledge than the features have
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
    @Nullable String input,
    @Nullable String forecast,
    Score score,
    @Nullable Score also,
    List<Peer> peers,
    List<String> oracles,
    double published,
    String publishedBy,
    List<Double> moa) {

  /** Score that the table compares. */
  enum Score {
    ACCURACY,
    F1,
    MAE,
    RMSE,
    LOG_LOSS,
    AUC;

    double of(Run run) {
      return this == AUC ? run.auc() : run.totals().get(dev.millrace.report.Score.valueOf(name()));
    }

    String id() {
      return KebabCase.of(this);
    }

    /** Returns true if the baseline of the previous label or value has this score. */
    boolean isOfNoChange() {
      return this == ACCURACY || this == MAE;
    }
  }

  /**
   * Scores of one run.
   *
   * @param auc area under the ROC curve over all rows; NaN unless it is the second score
   */
  record Run(FinalMetrics.Totals totals, double auc) {}

  /** Another learner with its two scores. */
  record Peer(String by, double score, double also) {}

  /**
   * Returns the data sets of a resource, in the order of the table.
   *
   * @param only names to leave the others out; empty for all
   * @throws CliError if a name is unknown
   */
  static List<AccuracyData> chosen(String resource, List<String> only) {
    List<AccuracyData> all = all(resource);
    List<String> names = all.stream().map(AccuracyData::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw CliError.usage(
            "Unknown data set --only \"%s\". Known data sets: %s"
                .formatted(name, String.join(", ", names)));
      }
    }
    return all.stream().filter(data -> only.isEmpty() || only.contains(data.name())).toList();
  }

  private static List<AccuracyData> all(String resource) {
    List<AccuracyData> all = new ArrayList<>();
    try (InputStream in = AccuracyData.class.getResourceAsStream(resource)) {
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
    List<Peer> peers = new ArrayList<>();
    node.path("peers")
        .forEach(
            peer ->
                peers.add(
                    new Peer(
                        peer.path("by").asText(),
                        peer.path("score").asDouble(),
                        peer.path("also").asDouble())));
    List<String> oracles = new ArrayList<>();
    node.path("oracles").forEach(column -> oracles.add(column.asText()));
    return new AccuracyData(
        node.path("name").asText(),
        node.path("file").asText(),
        node.path("label").asText(),
        List.copyOf(drop),
        node.path("positive").asText(null),
        node.has("task") ? Task.valueOf(node.path("task").asText().toUpperCase(Locale.ROOT)) : null,
        node.has("input") ? node.path("input").toString() : null,
        node.has("forecast") ? node.path("forecast").toString() : null,
        score(node.path("score")),
        node.has("also") ? score(node.path("also")) : null,
        List.copyOf(peers),
        List.copyOf(oracles),
        node.at("/published/value").asDouble(Double.NaN),
        node.at("/published/by").asText(),
        List.copyOf(moa));
  }

  private static Score score(JsonNode name) {
    return Score.valueOf(name.asText().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Scans the file of this data set. */
  CsvScan scan(Path file) {
    List<String> excluded = new ArrayList<>(drop);
    excluded.addAll(oracles);
    Settings base = base();
    CsvScan scan =
        base == null || forecast == null
            ? CsvScan.scan(file, label, null, excluded, task)
            : CsvScan.series(CsvInput.plain(file), label, base.input().spec().key(), excluded);
    return base == null ? scan : scan.withInput(base.input().spec());
  }

  /** Returns the settings of a pipeline that learns the scanned file. */
  Settings settings(CsvScan scan) {
    return CsvPipeline.settings(base(), "accuracy", scan, positive);
  }

  private @Nullable Settings base() {
    if (input == null) {
      return null;
    }
    // JSON is YAML.
    String yaml =
        """
        pipeline: accuracy
        kafka: { bootstrap.servers: localhost:9092 }
        input: %s
        %s
        metrics: { max-interval: off }
        """
            .formatted(input, forecast == null ? "" : "forecast: " + forecast);
    return PipelineFile.parse(name, yaml, Path.of(""));
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
