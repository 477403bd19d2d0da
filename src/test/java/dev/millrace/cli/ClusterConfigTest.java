package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

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

    ClusterConfig.writeZooKeeper(files, 2181, file);

    ServerConfig read = new ServerConfig();
    read.parse(file.toString());
    assertThat(read.getDataDir().toPath()).isEqualTo(files.zooKeeper());
    assertThat(read.getClientPortAddress().getHostString()).isEqualTo(Ports.HOST);
    assertThat(read.getClientPortAddress().getPort()).isEqualTo(2181);
  }
}
