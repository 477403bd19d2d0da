package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.PrivateDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** File lock on the state directory of a pipeline, which one command has at a time. */
public final class StateLock implements AutoCloseable {
  private static final String FILE = ".lock";
  // DIRECTORY/savepoint-… or DIRECTORY/JOB/chk-….
  private static final int SNAPSHOT_DEPTH = 2;

  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Acquires the lock, which ends with the process at the latest.
   *
   * @throws CliError if another process has it
   */
  public static StateLock acquire(Path stateDir, String pipeline) {
    try {
      PrivateDirectory.create(stateDir);
      FileChannel channel =
          FileChannel.open(
              stateDir.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new CliError(
            "Pipeline %s runs already, with its state in %s. Stop it first, or name another"
                    .formatted(pipeline, stateDir)
                + " pipeline or --state-dir.");
      }
      return new StateLock(channel);
    } catch (IOException e) {
      throw new CliError(
          "--state-dir " + stateDir + " cannot be used: " + OutputFile.obstacle(e), e);
    }
  }

  /** Returns the pipeline whose state directory contains a snapshot, if there is one. */
  static Optional<String> pipelineOf(Path snapshot) {
    return Stream.iterate(snapshot.getParent(), Objects::nonNull, Path::getParent)
        .limit(SNAPSHOT_DEPTH)
        .filter(directory -> Files.exists(directory.resolve(FILE)))
        .findFirst()
        .map(Path::getFileName)
        .map(Path::toString);
  }

  /**
   * Returns an id of a state directory that has been locked on this machine; a copy has another id.
   * Empty if it never was locked.
   */
  static Optional<String> identity(Path stateDir) {
    try {
      Path file = stateDir.resolve(FILE).toRealPath();
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return Optional.of("%s:%s %s".formatted(InetAddress.getLocalHost().getHostName(), file, key));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
