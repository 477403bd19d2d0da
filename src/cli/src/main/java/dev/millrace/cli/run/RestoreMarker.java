package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the last {@code --fresh} or {@code --from-savepoint} said, in a file beside the checkpoints.
 * It counts until the job has written a snapshot of its own: if it dies before, the next start must
 * not bring back the models that the user had left behind. Those never count again unless asked
 * for, so the file names them and stays.
 *
 * @param stateDir of one pipeline
 */
public record RestoreMarker(Path stateDir) {
  private static final String FRESH = "fresh";
  // A mark of an earlier build has no such line: what is older than the mark is left behind.
  private static final String LEFT_BEHIND = "left behind:";

  /**
   * Writes down a start that is not yet one.
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
   * Remembers the start that was prepared, as one step.
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
        ("%s cannot be written: %s. It tells the next start which models this one leaves behind."
                + " Mend that or name another --state-dir.")
            .formatted(file(), OutputFile.obstacle(e)),
        e);
  }

  /** The snapshot that a start goes on from that asks for none; nothing for new models. */
  public Optional<Path> newest() {
    List<String> lines = lines();
    Optional<Path> own = Snapshots.newestBut(stateDir, leftBehind(lines));
    if (own.isPresent() || lines.isEmpty() || lines.get(0).equals(FRESH)) {
      return own;
    }
    return Optional.of(Path.of(lines.get(0)));
  }

  /** All snapshots, the newest first; those that were left behind come after the others. */
  List<Path> newestFirst() {
    Set<Path> leftBehind = leftBehind(lines());
    return Snapshots.newestFirst(stateDir).stream()
        .sorted(Comparator.comparing(leftBehind::contains))
        .toList();
  }

  private Set<Path> leftBehind(List<String> lines) {
    if (lines.size() == 1) {
      FileTime asked = Snapshots.time(file());
      return Snapshots.newestFirst(stateDir).stream()
          .filter(snapshot -> Snapshots.time(Snapshots.metadata(snapshot)).compareTo(asked) < 0)
          .collect(Collectors.toSet());
    }
    // Relative, so that they hold in a copy of the directory, too.
    return lines.stream().skip(2).map(stateDir::resolve).collect(Collectors.toSet());
  }

  /** What the mark says; nothing if there is none, or one that a full disk has left empty. */
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
