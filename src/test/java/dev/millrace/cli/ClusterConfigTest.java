package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    ClusterConfig.writeJavaOptions(files);

    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + files.javaOptions(),
                "-XshowSettings:properties",
                "-version")
            .redirectErrorStream(true)
            .start();
    String properties = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(properties).isZero();
    assertThat(properties)
        .contains("zookeeper.ssl.keyStore.location = " + files.tls().resolve("cluster.p12"))
        .contains(
            "zookeeper.ssl.keyStore.password = "
                + Files.readString(files.tls().resolve("password")));
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
