package dev.millrace.chaos;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The rows of a run, in a file that is complete after each of them. Not thread-safe. */
final class Results {
  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final List<Row> rows = new ArrayList<>();
  private final Path file;

  /**
   * What a fault did.
   *
   * @param struck whether it is proved that the fault struck
   * @param outcome passed, failed or inconclusive
   * @param restarts times that the job went on from a checkpoint or savepoint
   * @param records committed metric records
   */
  record Row(
      String fault,
      long seed,
      boolean struck,
      String outcome,
      double seconds,
      int restarts,
      int records,
      @JsonProperty("models_sha256") String modelsSha256) {}

  Results(Path file) {
    this.file = file;
  }

  void add(Row row) throws IOException {
    rows.add(row);
    Files.createDirectories(file.getParent());
    json.writeValue(file.toFile(), rows);
  }
}
