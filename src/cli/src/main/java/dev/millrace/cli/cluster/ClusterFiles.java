package dev.millrace.cli.cluster;

import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.PrivateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Files of a local cluster in a pipeline's state directory.
 *
 * @param root directory of all of them
 */
record ClusterFiles(Path root) {

  static ClusterFiles in(Path stateDir) {
    return new ClusterFiles(stateDir.resolve("cluster"));
  }

  Path conf() {
    return root.resolve("conf");
  }

  Path flinkConfiguration() {
    return conf().resolve("config.yaml");
  }

  Path zooKeeperConfiguration() {
    return conf().resolve("zoo.cfg");
  }

  Path logs() {
    return root.resolve("logs");
  }

  /** Returns the directory of files that the processes need while they run. */
  Path temporary() {
    return root.resolve("tmp");
  }

  ClusterCertificate certificate() {
    return new ClusterCertificate(tls());
  }

  Path tls() {
    return temporary().resolve("tls");
  }

  /**
   * Returns the file of system properties that, unlike arguments of a process, neither other users
   * nor the logs see.
   */
  Path systemProperties() {
    return tls().resolve("system.properties");
  }

  Path zooKeeper() {
    return temporary().resolve("zookeeper");
  }

  /** Returns the directory that ZooKeeper's entries point to. */
  Path highAvailability() {
    return temporary().resolve("ha");
  }

  /** Creates empty directories for a new cluster; the logs of the last one stay. */
  void prepare() throws IOException {
    removeTemporary();
    createPrivate(logs());
    createPrivate(conf());
    createPrivate(temporary());
    createPrivate(tls());
  }

  private static void createPrivate(Path directory) throws IOException {
    PrivateDirectory.create(directory);
    if (Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** Returns the REST address of the cluster that runs, or was killed. */
  Optional<URI> address() {
    try {
      return Files.exists(addressFile())
          ? Optional.of(URI.create(Files.readString(addressFile()).strip()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void writeAddress(URI address) throws IOException {
    Files.writeString(addressFile(), address + "\n");
  }

  /** Deletes all but the logs and the configuration without its passwords. */
  void cleanUp() {
    removeTemporary();
    try {
      Files.deleteIfExists(addressFile());
      removePasswords(flinkConfiguration());
      removePasswords(zooKeeperConfiguration());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removePasswords(Path file) throws IOException {
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file);
      lines.removeIf(line -> line.toLowerCase(Locale.ROOT).contains("password"));
      Files.write(file, lines);
    }
  }

  private void removeTemporary() {
    if (Files.exists(temporary())) {
      Directories.delete(temporary());
    }
  }

  private Path addressFile() {
    return root.resolve("address");
  }
}
