package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.flink.JobMetric;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reports records that a job did not learn from: rejected ones, and those deleted unread. */
public final class RecordsWatch {
  private static final long PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

  private static final List<String> REJECTING = List.of("decode", "decode-commands", "train");

  private final Path config;
  private final String log;
  private final PrintWriter err;
  private long lastLook = System.nanoTime();
  private long reportedLost;
  private long reportedRejected;

  /**
   * @param config the pipeline file, for the command that shows rejected records
   * @param log file with offsets and messages, for the user
   */
  public RecordsWatch(Path config, String log, PrintWriter err) {
    this.config = config;
    this.log = log;
    this.err = err;
  }

  /** Asks Flink every few seconds. */
  public void look(JobStatistics job) throws InterruptedException {
    if (System.nanoTime() - lastLook < PERIOD_NANOS) {
      return;
    }
    lastLook = System.nanoTime();
    try {
      String lost = JobMetric.LOST_RECORDS.nameIn("decode");
      reportLost(job.counters("decode", List.of(lost)).getOrDefault(lost, 0L));
      reportRejected(rejected(job));
    } catch (IOException | CliError e) {
      // Between two states of the job; the next look succeeds.
    }
  }

  private void reportLost(long lost) {
    if (lost > reportedLost) {
      err.printf(
          "The brokers deleted %s before the job had read %s; it continued with the oldest left"
              + " (more in %s)%n",
          Plural.of(lost - reportedLost, "record"), lost - reportedLost == 1 ? "it" : "them", log);
    }
    reportedLost = lost; // restarts from 0 with the job
  }

  private static Map<String, Long> rejected(JobStatistics job)
      throws IOException, InterruptedException {
    Map<String, Long> byReason = new TreeMap<>();
    for (String operator : REJECTING) {
      Map<String, String> names = new HashMap<>();
      for (DeadLetterReason reason : DeadLetterReason.values()) {
        names.put(JobMetric.DEAD_LETTERS.nameIn(operator, reason), reason.id());
      }
      job.counters(operator, names.keySet())
          .forEach((name, count) -> byReason.merge(names.get(name), count, Long::sum));
    }
    byReason.values().removeIf(count -> count == 0);
    return byReason;
  }

  /** Reports the first ones, and again whenever the number has doubled. */
  private void reportRejected(Map<String, Long> byReason) {
    long rejected = byReason.values().stream().mapToLong(Long::longValue).sum();
    if (rejected < reportedRejected) {
      reportedRejected = 0; // restarts from 0 with the job
    }
    if (rejected == 0 || rejected < 2 * reportedRejected) {
      return;
    }
    reportedRejected = rejected;
    String reasons =
        byReason.entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %,d", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    err.printf(
        "%s rejected so far (%s): ./millrace dlq show -c %s; the first of each reason is in %s%n",
        Plural.of(rejected, "record"), reasons, config, log);
  }
}
