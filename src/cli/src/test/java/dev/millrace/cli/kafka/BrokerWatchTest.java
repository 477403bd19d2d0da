package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BrokerWatchTest {
  private final StringWriter err = new StringWriter();
  private final BrokerWatch.Line line =
      new BrokerWatch.Line("broker:9092", Path.of("fraud.yaml"), new PrintWriter(err), 0);

  @Test
  void aBrokerThatAnswersIsNotSpokenOf() {
    line.look(true, 1);
    line.look(true, 2);

    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anOutageIsOneLineAtEitherEnd() {
    line.look(true, seconds(10));
    line.look(false, seconds(25));
    line.look(false, seconds(40));
    line.look(true, seconds(52));
    line.look(true, seconds(57));

    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            No broker answers at broker:9092; the job waits, and goes on by itself.
            A broker answers again, after 42 s.
            """);
  }

  @Test
  void aTopicThatIsGoneIsOneLineAtEitherEndWithTheWayOut() {
    line.lookAtTopics(Set.of());
    line.lookAtTopics(Set.of("payments"));
    line.lookAtTopics(Set.of("payments"));
    line.lookAtTopics(Set.of());

    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            Topic payments does not exist any more on broker:9092; the job does not get on without \
            it. Make it again with: ./millrace topics create -c fraud.yaml
            Topic payments exists again.
            """);
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
