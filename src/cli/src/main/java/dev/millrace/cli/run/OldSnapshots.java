package dev.millrace.cli.run;

import dev.millrace.cli.console.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes savepoints and checkpoints of earlier starts from a pipeline's state directory. No job of
 * the pipeline may run meanwhile.
 *
 * <p>A job's first checkpoint is a full one, so that no job needs the files of an earlier one,
 * other than the snapshot that it starts from.
 */
public final class OldSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(OldSnapshots.class);
  // A savepoint, or a directory that Flink has named by a job's id.
  private static final Pattern OURS = Pattern.compile("savepoint-[0-9a-f-]+|[0-9a-f]{32}");
  private static final String KEEP = ".keep";

  private OldSnapshots() {}

  /** A savepoint or all checkpoints of a job. */
  private record Entry(Path directory, List<Path> snapshots) {}

  /** Marks a snapshot to be kept; logs a failure. */
  public static void keep(Path snapshot) {
    try {
      Files.write(snapshot.resolve(KEEP), new byte[0]);
    } catch (IOException e) {
      LOG.warn("{} could not be marked to be kept", snapshot, e);
    }
  }

  /**
   * Removes all but the newest.
   *
   * @param count number of savepoints and jobs with checkpoints that stay, other than marked ones
   * @param used snapshot that stays in any case
   * @return number of removed ones
   */
  static int removeAllBut(int count, Path stateDir, Optional<Path> used) {
    int removed = 0;
    for (Entry old : newestFirst(stateDir).stream().skip(count).toList()) {
      boolean stays =
          old.snapshots().stream()
              .anyMatch(
                  snapshot ->
                      used.filter(snapshot::equals).isPresent()
                          || Files.exists(snapshot.resolve(KEEP)));
      if (!stays) {
        Directories.delete(old.directory());
        // An empty directory of a job is not reported.
        removed += old.snapshots().isEmpty() ? 0 : 1;
      }
    }
    return removed;
  }

  private static List<Entry> newestFirst(Path stateDir) {
    Map<Path, List<Path>> snapshots = new LinkedHashMap<>();
    for (Path snapshot : new RestoreMarker(stateDir).newestFirst()) {
      Path child = stateDir.resolve(stateDir.relativize(snapshot).getName(0));
      snapshots.computeIfAbsent(child, none -> new ArrayList<>()).add(snapshot);
    }
    try (Stream<Path> children = Files.list(stateDir)) {
      children.forEach(child -> snapshots.putIfAbsent(child, List.of()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return snapshots.entrySet().stream()
        .filter(entry -> OURS.matcher(entry.getKey().getFileName().toString()).matches())
        .filter(entry -> Files.isDirectory(entry.getKey(), LinkOption.NOFOLLOW_LINKS))
        .map(entry -> new Entry(entry.getKey(), entry.getValue()))
        .toList();
  }
}
