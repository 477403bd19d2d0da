package dev.millrace.cli.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.At;
import dev.millrace.codec.json.RecordJson.Millis;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Metrics records as TensorBoard's runs, one for each key: a directory {@code PIPELINE/KEY} with an
 * events file. A step is the number of examples, its time that of the last of them. Not
 * thread-safe.
 */
public final class TensorBoardRuns {
  private static final int MAX_NAME = 180;
  private static final Set<String> NOT_SCORES = Set.of("size", "millis", "examples", "weight");

  private static final List<String> OF_MODEL =
      List.of("learning_rate", "skipped_steps", "clipped_steps", "rollbacks");

  /**
   * Fields of a metrics record. Scores are shown by their names, also those that a newer job
   * writes.
   *
   * @param all numbers that are fields of the record itself
   */
  private record Fields(
      String pipeline,
      String key,
      long seq,
      @Millis long eventTime,
      Map<String, Double> window,
      Map<String, Double> total,
      @At("/validation/window") Map<String, Double> validation,
      Map<String, Baseline> baseline,
      @At("") Map<String, Double> all) {}

  private record Baseline(Map<String, Double> window) {}

  private final Path logDir;
  private final int maxKeys;
  private final String fileName;
  private final Map<Path, EventsFile> runs = new HashMap<>();
  private long written;

  /**
   * @param maxKeys number of keys; later ones are left out
   * @param started start of the export, which names the files
   */
  public TensorBoardRuns(Path logDir, int maxKeys, Instant started) {
    this.logDir = logDir;
    this.maxKeys = maxKeys;
    this.fileName = "events.out.tfevents.%010d.millrace".formatted(started.getEpochSecond());
  }

  /**
   * Writes one metrics record.
   *
   * @return false if it is of one key too many
   */
  public boolean add(JsonNode json) {
    Fields record = RecordJson.read(json, Fields.class);
    Path run = logDir.resolve(directory(record.pipeline)).resolve(directory(record.key));
    double seconds = record.eventTime / 1e3;
    EventsFile file = runs.get(run);
    if (file == null) {
      if (runs.size() == maxKeys) {
        return false;
      }
      file = new EventsFile(run.resolve(fileName), seconds);
      runs.put(run, file);
    }
    file.add(seconds, record.seq, scalars(record));
    written++;
    return true;
  }

  /** Returns the number of records so far. */
  long written() {
    return written;
  }

  int keys() {
    return runs.size();
  }

  /** Returns the scalars of a record by TensorBoard tag; tags with one prefix share a section. */
  private static Map<String, Double> scalars(Fields record) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    addScores("window", record.window, scalars);
    addScores("total", record.total, scalars);
    addScores("validation", record.validation, scalars);
    record.baseline.forEach((name, of) -> addScores("baseline_" + name, of.window, scalars));
    for (String name : OF_MODEL) {
      addNumber("model/" + name, record.all.getOrDefault(name, Double.NaN), scalars);
    }
    return scalars;
  }

  private static void addScores(
      String section, Map<String, Double> block, Map<String, Double> into) {
    block.forEach(
        (name, value) -> {
          if (!NOT_SCORES.contains(name)) {
            addNumber(section + "/" + name, value, into);
          }
        });
  }

  private static void addNumber(String tag, double value, Map<String, Double> into) {
    if (!Double.isNaN(value)) { // a score that does not exist yet, or no number
      into.put(tag, value);
    }
  }

  /** Returns a name that is valid on every file system and stays in the directory. */
  private static String directory(String text) {
    String name = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A");
    name = name.startsWith(".") ? "%2E" + name.substring(1) : name;
    if (name.isEmpty()) {
      return "%";
    }
    return name.length() <= MAX_NAME
        ? name
        : name.substring(0, MAX_NAME) + "-" + Integer.toHexString(text.hashCode());
  }
}
