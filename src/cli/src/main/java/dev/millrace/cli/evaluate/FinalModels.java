package dev.millrace.cli.evaluate;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The last published model of each key, in a temporary file: all models may take more memory than
 * there is. Not thread-safe.
 */
public final class FinalModels {
  private final TemporaryValues values = new TemporaryValues();
  private final ModelAssembler parts;
  // Positions of their bytes.
  private final SortedMap<String, Long> models = new TreeMap<>();

  /**
   * @param modelBytes max bytes of a model
   */
  public FinalModels(long modelBytes) {
    parts =
        new ModelAssembler(
            modelBytes, place -> values.read(place.offset()), ModelAssembler.Listener.NONE);
  }

  /** Adds a record of the models topic, maybe a tombstone. */
  public void accept(OutputRecord record) {
    byte[] value = record.value();
    try {
      long at = value == null ? 0 : values.append(value);
      Arrival arrival =
          parts.accept(
              new KafkaRecord(
                  "",
                  0,
                  at,
                  record.timestamp(),
                  record.key(),
                  value,
                  record.headerNames(),
                  record.headerValues()));
      if (arrival != null) {
        byte[] model = arrival.bytes();
        if (model == null) {
          models.remove(arrival.key());
        } else {
          models.put(arrival.key(), model == value ? at : values.append(model));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the disk is full: the job writes what it reads
    }
  }

  /** Returns the SHA-256 over the bytes of all models in order of their keys, in hex. */
  public String sha256() {
    return Sha256.ofModels(models.keySet(), this::bytes);
  }

  private byte[] bytes(String key) {
    try {
      return values.read(Objects.requireNonNull(models.get(key)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes each model to a file in an existing folder, for {@code predict --model}.
   *
   * @return the number of models
   * @throws CliError if a file cannot be written
   */
  int write(Path folder) {
    Map<String, Path> names = OutputFile.ofKeys(models.keySet(), "millrace");
    models.keySet().forEach(key -> OutputFile.write(folder.resolve(names.get(key)), bytes(key)));
    return models.size();
  }
}
