package dev.millrace.cli.tensorboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.dashboard.DashboardRecord;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
  public boolean add(JsonNode record) {
    Path run =
        logDir
            .resolve(directory(record.path("pipeline").asText("")))
            .resolve(directory(record.path("key").asText("")));
    double seconds = DashboardRecord.time(record.path("event_time")) / 1e3;
    EventsFile file = runs.get(run);
    if (file == null) {
      if (runs.size() == maxKeys) {
        return false;
      }
      file = new EventsFile(run.resolve(fileName), seconds);
      runs.put(run, file);
    }
    file.add(seconds, record.path("seq").asLong(), scalars(record));
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
  private static Map<String, Double> scalars(JsonNode record) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    addScores("window", record.path("window"), scalars);
    addScores("total", record.path("total"), scalars);
    addScores("validation", record.at("/validation/window"), scalars);
    record
        .path("baseline")
        .properties()
        .forEach(
            baseline ->
                addScores(
                    "baseline_" + baseline.getKey(), baseline.getValue().path("window"), scalars));
    addNumber("model/learning_rate", record.path("learning_rate"), scalars);
    addNumber("model/skipped_steps", record.path("skipped_steps"), scalars);
    addNumber("model/clipped_steps", record.path("clipped_steps"), scalars);
    addNumber("model/rollbacks", record.path("rollbacks"), scalars);
    return scalars;
  }

  private static void addScores(String section, JsonNode block, Map<String, Double> into) {
    block
        .properties()
        .forEach(
            score -> {
              if (!NOT_SCORES.contains(score.getKey())) {
                addNumber(section + "/" + score.getKey(), score.getValue(), into);
              }
            });
  }

  private static void addNumber(String tag, JsonNode value, Map<String, Double> into) {
    if (value.isNumber()) { // null where a score does not exist yet
      into.put(tag, value.doubleValue());
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
