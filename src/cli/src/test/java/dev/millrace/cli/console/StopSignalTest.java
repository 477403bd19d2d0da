package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.run.LocalJob;
import dev.millrace.testing.MillraceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopSignalTest {
  private static final long LONG_FOR_A_DELETION_MILLIS = 1_000;

  @TempDir private Path dir;

  /** A command that still writes to its temporary directory after it was asked to stop. */
  static final class Writing {
    public static void main(String[] args) throws Exception {
      try (StopSignal stop = new StopSignal()) {
        Path directory = TemporaryDirectories.untilExit("millrace-writing-");
        System.out.println("in " + directory);
        stop.await();
        Thread.sleep(LONG_FOR_A_DELETION_MILLIS);
        Files.writeString(directory.resolve("late"), "written");
        System.out.println("done");
      }
    }
  }

  @Test
  void aCommandHasItsTemporaryDirectoryUntilItHasStopped() throws Exception {
    List<String> flags = List.of("-Djava.io.tmpdir=" + dir);
    try (MillraceProcess process =
        MillraceProcess.start(dir, "writing", Writing.class, flags, List.of())) {
      process.awaitOut("in ");
      process.terminate();

      assertThat(process.awaitEnd()).as(process::err).isEqualTo(143);
      assertThat(process.out()).contains("done");
      assertThat(Path.of(process.find("in (.+)"))).doesNotExist();
    }
  }

  @Test
  void theJobTimeoutsEndBeforeTheProcessDoes() {
    assertThat(LocalJob.SAVEPOINT_TIMEOUT.plus(LocalJob.CANCEL_TIMEOUT).toSeconds())
        .isLessThan(StopSignal.SECONDS_TO_CLOSE);
  }
}
