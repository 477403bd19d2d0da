package dev.millrace.chaos;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The rows of a run, in a file that is complete after each of them. */
final class Results {
  private static final Path FILE = Path.of("target", "chaos", "results.json");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final List<Row> ROWS = new ArrayList<>();

  /**
   * What a fault did.
   *
   * @param run in which it struck, with others perhaps; the difference is that of the whole run
   * @param struck whether it is proved that the fault struck
   * @param seen the proof
   * @param outcome passed, failed, inconclusive, or skipped where this machine does not allow it
   * @param seconds from its beginning until the job had come to terms with it
   * @param restarts times that the job went on from a checkpoint or savepoint
   * @param reports of records that were sent meanwhile, for how late they came
   * @param p99Millis from the sending of a record to the committed report, of one in a hundred
   * @param maxMillis the same of the latest report
   * @param records committed metric records
   */
  record Row(
      String fault,
      String run,
      long seed,
      boolean struck,
      List<String> seen,
      String outcome,
      double seconds,
      int restarts,
      int reports,
      @JsonProperty("p99_ms") long p99Millis,
      @JsonProperty("most_ms") long maxMillis,
      int records,
      int missing,
      int repeated,
      int wrong,
      @JsonProperty("dead_letters") int deadLetters,
      @JsonProperty("dead_letters_too_many") int deadLettersTooMany,
      @JsonProperty("models_sha256") String modelsSha256) {}

  private Results() {}

  static synchronized void add(Row row) throws IOException {
    ROWS.add(row);
    Files.createDirectories(FILE.getParent());
    JSON.writeValue(FILE.toFile(), ROWS);
  }
}
