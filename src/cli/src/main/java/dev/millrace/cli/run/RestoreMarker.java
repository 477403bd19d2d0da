package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Marker file of the last {@code --fresh} or {@code --from-savepoint}, next to the checkpoints. It
 * decides what the next start continues from until the job has written a snapshot of its own. It
 * names the snapshots left behind, which no later start continues from unless asked to.
 *
 * @param stateDir of one pipeline
 */
public record RestoreMarker(Path stateDir) {
  private static final String FRESH = "fresh";
  private static final String LEFT_BEHIND = "left behind:";

  /**
   * Writes the marker of a start that is not confirmed yet.
   *
   * @param from the snapshot that was asked for, or nothing for new models
   * @throws CliError if the directory cannot be written to
   */
  void prepare(Optional<Path> from) {
    List<String> lines = new ArrayList<>();
    lines.add(from.map(Path::toString).orElse(FRESH));
    lines.add(LEFT_BEHIND);
    Snapshots.newestFirst(stateDir)
        .forEach(snapshot -> lines.add(stateDir.relativize(snapshot).toString()));
    try {
      Files.write(prepared(), lines);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Makes the prepared marker valid, atomically.
   *
   * @throws CliError if the directory cannot be written to
   */
  void confirm() {
    try {
      Files.move(prepared(), file(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private CliError unwritable(IOException e) {
    return new CliError(
        ("%s cannot be written: %s. The next start needs it to leave the older models behind."
                + " Make the directory writable or name another --state-dir.")
            .formatted(file(), OutputFile.obstacle(e)),
        e);
  }

  /** Returns the snapshot that the next start continues from; empty for new models. */
  public Optional<Path> newest() {
    List<String> lines = lines();
    Optional<Path> newest = Snapshots.newestBut(stateDir, leftBehind(lines));
    if (newest.isPresent() || lines.isEmpty() || lines.get(0).equals(FRESH)) {
      return newest;
    }
    return Optional.of(Path.of(lines.get(0)));
  }

  /** Returns all snapshots, newest first; those left behind come after the others. */
  List<Path> newestFirst() {
    Set<Path> leftBehind = leftBehind(lines());
    return Snapshots.newestFirst(stateDir).stream()
        .sorted(Comparator.comparing(leftBehind::contains))
        .toList();
  }

  /** Returns the message of a job that has been stopped, with a savepoint or without. */
  public String stopped(Optional<String> savepoint) {
    return savepoint
        .map(RestoreMarker::stoppedWith)
        .orElseGet(() -> Snapshots.stoppedWithout(newest()));
  }

  private static String stoppedWith(String location) {
    return "Stopped with savepoint %s; the next run continues from it, not from committed offsets"
            .formatted(Snapshots.shown(location))
        + " (a little behind).";
  }

  private Set<Path> leftBehind(List<String> lines) {
    // Relative, so that they are valid in a copy of the directory, too.
    return lines.stream().skip(2).map(stateDir::resolve).collect(Collectors.toSet());
  }

  /** Returns the lines of the marker; empty if there is none, or a full disk left it empty. */
  private List<String> lines() {
    try {
      List<String> lines = Files.exists(file()) ? Files.readAllLines(file()) : List.of();
      return lines.isEmpty() || lines.get(0).isBlank() ? List.of() : lines;
    } catch (IOException e) {
      throw new CliError(file() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private Path file() {
    return stateDir.resolve(".start");
  }

  private Path prepared() {
    return stateDir.resolve(".start.new");
  }
}
