package dev.millrace.bench.streams;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results as JSON lines in a folder, one file for each stream, so that an interrupted comparison
 * continues.
 */
final class ResultStore {
  private final Path folder;
  private final Map<Result.Run, Result> results = new LinkedHashMap<>();

  /**
   * Reads the results of a folder, and creates it if needed.
   *
   * @throws CliError if a line is no result
   */
  ResultStore(Path folder, Iterable<BenchStream> streams) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    for (BenchStream stream : streams) {
      read(file(stream.name()));
    }
  }

  private Path file(String stream) {
    return folder.resolve(stream + ".jsonl");
  }

  private void read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    ObjectMapper parser = new ObjectMapper();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      try {
        Result result = Result.of(parser.readTree(line));
        results.put(result.run(), result);
      } catch (JsonProcessingException e) {
        throw new CliError(
            "%s:%d is no result, perhaps because a run ended while it was written. Remove the line."
                .formatted(file, number));
      }
    }
  }

  @Nullable Result get(Result.Run run) {
    return results.get(run);
  }

  void add(Result result) throws IOException {
    results.put(result.run(), result);
    Files.write(
        file(result.run().stream()),
        (result.toJson() + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
