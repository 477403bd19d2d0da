package dev.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * What the last {@code --fresh} or {@code --from-savepoint} said, in a file beside the checkpoints.
 * It counts until the job has written a snapshot of its own: if it dies before, the next start must
 * not bring back the models that the user had left behind.
 *
 * @param stateDir of one pipeline
 */
record StartMark(Path stateDir) {
  private static final String FRESH = "fresh";

  /**
   * Remembers a start.
   *
   * @param from the snapshot that was asked for, or nothing for new models
   * @param asked snapshots that were complete by then are not the job's own
   */
  void write(Optional<Path> from, FileTime asked) {
    try {
      Files.writeString(file(), from.map(Path::toString).orElse(FRESH) + "\n");
      Files.setLastModifiedTime(file(), asked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The snapshot that a start goes on from that asks for none; nothing for new models. */
  Optional<Path> newest() {
    try {
      if (!Files.exists(file())) {
        return Snapshots.newest(stateDir);
      }
      FileTime asked = Files.getLastModifiedTime(file());
      Optional<Path> since = Snapshots.newestSince(stateDir, asked);
      if (since.isPresent()) {
        Files.delete(file());
        return since;
      }
      String wanted = Files.readString(file()).strip();
      return wanted.equals(FRESH) ? Optional.empty() : Optional.of(Path.of(wanted));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file() {
    return stateDir.resolve(".start");
  }
}
