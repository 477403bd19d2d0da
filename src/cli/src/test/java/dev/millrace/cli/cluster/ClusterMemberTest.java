package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterMemberTest {
  private static final String LAST_WORDS =
      "echo 'Terminating due to java.lang.OutOfMemoryError: Java heap space'; ";

  @TempDir private Path dir;
  private ClusterMember member;

  @AfterEach
  void stop() {
    member.terminate();
    member.awaitEnd();
  }

  @Test
  void outOfMemoryIsReportedForTheProcessThatHadIt() {
    Iterator<String> scripts = List.of(LAST_WORDS + "exit 3", "exit 137", "exit 0").iterator();
    member =
        new ClusterMember(
            "task manager 1",
            dir.resolve("log"),
            dir.resolve("out"),
            () -> List.of("/bin/sh", "-c", scripts.next()));

    assertThat(deathAndStart()).contains("ended with exit code 3 (out of memory); started again");
    assertThat(deathAndStart()).contains("ended with exit code 137; started again");
  }

  private String deathAndStart() {
    Awaitility.await().until(() -> !member.isAlive());
    return member.startAgain();
  }
}
