package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.codec.ModelAssembler;
import dev.millrace.codec.ModelAssembler.Arrival;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The last published model of each key. Not thread-safe. */
public final class FinalModels {
  private final ModelAssembler parts = ModelAssembler.unlimited();
  private final SortedMap<String, byte[]> models = new TreeMap<>();

  /** Adds a record of the models topic, maybe a tombstone. */
  public void accept(OutputRecord record) {
    try {
      Arrival arrival =
          parts.accept(
              new KafkaRecord(
                  "",
                  0,
                  0,
                  record.timestamp(),
                  record.key(),
                  record.value(),
                  record.headerNames(),
                  record.headerValues()));
      if (arrival != null && arrival.isForgotten()) {
        models.remove(arrival.key());
      } else if (arrival != null) {
        models.put(arrival.key(), arrival.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the job writes what it reads
    }
  }

  /** Returns the SHA-256 over the bytes of all models in order of their keys, in hex. */
  public String sha256() {
    return Sha256.ofModels(models);
  }

  /**
   * Writes each model to a file in an existing folder, for {@code predict --model}.
   *
   * @return the number of models
   * @throws CliError if a file cannot be written
   */
  int write(Path folder) {
    Map<String, Path> names = OutputFile.ofKeys(models.keySet(), "millrace");
    models.forEach((key, bytes) -> OutputFile.write(folder.resolve(names.get(key)), bytes));
    return models.size();
  }
}
