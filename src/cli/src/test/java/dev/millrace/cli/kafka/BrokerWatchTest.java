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
  private final BrokerWatch.Notices notices =
      new BrokerWatch.Notices("broker:9092", Path.of("fraud.yaml"), new PrintWriter(err), 0);

  @Test
  void aBrokerThatAnswersIsNotSpokenOf() {
    notices.report(true, 1);
    notices.report(true, 2);

    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anOutageIsOneLineAtEitherEnd() {
    notices.report(true, seconds(10));
    notices.report(false, seconds(25));
    notices.report(false, seconds(40));
    notices.report(true, seconds(52));
    notices.report(true, seconds(57));

    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            No broker answers at broker:9092; the job waits and then continues.
            A broker answers again, after 42 s.
            """);
  }

  @Test
  void aTopicThatIsGoneIsOneLineAtEitherEndWithTheWayOut() {
    notices.reportTopics(Set.of());
    notices.reportTopics(Set.of("payments"));
    notices.reportTopics(Set.of("payments"));
    notices.reportTopics(Set.of());

    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            Topic payments no longer exists on broker:9092; the job waits for it. Create it again \
            with: ./millrace topics create -c fraud.yaml
            Topic payments exists again.
            """);
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
