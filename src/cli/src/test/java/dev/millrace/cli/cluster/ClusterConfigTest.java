package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.ChildProcess;
import dev.millrace.cli.console.Ports;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ServerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterConfigTest {
  @TempDir private Path dir;

  @Test
  void zooKeeperFindsADirectoryWhoseNameIsNotAscii() throws Exception {
    ClusterFiles files = ClusterFiles.in(dir.resolve("50 % für Jürgen"));
    Path file = dir.resolve("zoo.cfg");
    files.prepare();
    ClusterCertificate.create(files.tls());

    ClusterConfig.writeZooKeeper(files, 2181, file);

    ServerConfig read = new ServerConfig();
    read.parse(file.toString());
    assertThat(read.getDataDir().toPath()).isEqualTo(files.zooKeeper());
    assertThat(read.getClientPortAddress()).isNull();
    assertThat(read.getSecureClientPortAddress().getHostString()).isEqualTo(Ports.HOST);
    assertThat(read.getSecureClientPortAddress().getPort()).isEqualTo(2181);
  }

  @Test
  void aCommandLineShowsNoPassword() throws Exception {
    ClusterFiles files = ClusterFiles.in(dir.resolve("a \"home\" of \\ users"));
    files.prepare();
    ClusterCertificate.create(files.tls());

    ClusterConfig.writeSystemProperties(files);

    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + ChildProcess.PROPERTIES + "=" + files.systemProperties(),
                "-cp",
                System.getProperty("java.class.path"),
                ChildProcess.class.getName(),
                Shown.class.getName())
            .redirectErrorStream(true)
            .start();
    String shown = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String password = Files.readString(files.tls().resolve("password"));
    assertThat(java.waitFor()).as(shown).isZero();
    assertThat(shown.lines())
        .contains("" + files.tls().resolve("cluster.p12"), password)
        .last()
        .asString()
        .contains(ChildProcess.PROPERTIES)
        .doesNotContain(password);
  }

  /** Prints two system properties and, as Flink's logs do, the options of the JVM. */
  public static final class Shown {
    private Shown() {}

    public static void main(String[] args) {
      System.out.println(System.getProperty("zookeeper.ssl.keyStore.location"));
      System.out.println(System.getProperty("zookeeper.ssl.keyStore.password"));
      System.out.println(ManagementFactory.getRuntimeMXBean().getInputArguments());
    }
  }

  @Test
  void filesLeftAfterCleanUpArePrivateAndHoldNoPassword() throws Exception {
    ClusterFiles files = ClusterFiles.in(dir);
    files.prepare();
    ClusterCertificate certificate = ClusterCertificate.create(files.tls());
    String password = Files.readString(files.tls().resolve("password"));
    Map<String, String> options = new TreeMap<>(certificate.internalOptions());
    options.put("parallelism.default", "1");
    ClusterConfig.write(options, files.flinkConfiguration());
    ClusterConfig.writeZooKeeper(files, 2181, files.zooKeeperConfiguration());

    files.cleanUp();

    assertThat(files.temporary()).doesNotExist();
    assertThat(files.flinkConfiguration()).content().contains("parallelism.default: \"1\"");
    assertThat(files.flinkConfiguration()).content().doesNotContain(password);
    assertThat(files.zooKeeperConfiguration()).content().contains("2181").doesNotContain(password);
    assertThat(Files.getPosixFilePermissions(files.logs()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void theRestPortIsOpenToTheWebUiOnly() throws Exception {
    ClusterFiles files = ClusterFiles.in(dir);
    files.prepare();
    ClusterCertificate certificate = ClusterCertificate.create(files.tls());

    assertThat(certificate.restOptions())
        .containsEntry("security.ssl.rest.authentication-enabled", "true");
    assertThat(certificate.internalOptions().keySet())
        .noneMatch(key -> key.startsWith("security.ssl.rest"));
  }
}
