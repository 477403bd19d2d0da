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

/**
 * Tells the user of records of which a job learned nothing: refused ones, and those deleted unread.
 */
public final class RecordsWatch {
  private static final long PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

  private static final List<String> REFUSING = List.of("decode", "decode-commands", "train");

  private final Path config;
  private final String log;
  private final PrintWriter err;
  private long lastLook = System.nanoTime();
  private long toldLost;
  private long toldRefused;

  /**
   * @param config the pipeline file, for the command that shows what was refused
   * @param log where offsets and messages are, for the user
   */
  public RecordsWatch(Path config, String log, PrintWriter err) {
    this.config = config;
    this.log = log;
    this.err = err;
  }

  /** Asks Flink, but no more often than every few seconds. */
  public void look(JobStatistics job) throws InterruptedException {
    if (System.nanoTime() - lastLook < PERIOD_NANOS) {
      return;
    }
    lastLook = System.nanoTime();
    try {
      String lost = JobMetric.LOST_RECORDS.nameIn("decode");
      tellLost(job.counters("decode", List.of(lost)).getOrDefault(lost, 0L));
      tellRefused(refused(job));
    } catch (IOException | CliError e) {
      // Between two states of the job; the next look tells.
    }
  }

  private void tellLost(long lost) {
    if (lost > toldLost) {
      err.printf(
          "The brokers deleted %s before the job had read %s; it went on with the oldest left"
              + " (more in %s)%n",
          Plural.of(lost - toldLost, "record"), lost - toldLost == 1 ? "it" : "them", log);
    }
    toldLost = lost; // less after a restart, which counts anew
  }

  private static Map<String, Long> refused(JobStatistics job)
      throws IOException, InterruptedException {
    Map<String, Long> byReason = new TreeMap<>();
    for (String operator : REFUSING) {
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

  /** At the first, and whenever there are twice as many. */
  private void tellRefused(Map<String, Long> byReason) {
    long refused = byReason.values().stream().mapToLong(Long::longValue).sum();
    if (refused < toldRefused) {
      toldRefused = 0; // counted anew after a restart
    }
    if (refused == 0 || refused < 2 * toldRefused) {
      return;
    }
    toldRefused = refused;
    String reasons =
        byReason.entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %,d", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    err.printf(
        "%s refused so far (%s): ./millrace dlq show -c %s; the first of each reason is in %s%n",
        Plural.of(refused, "record"), reasons, config, log);
  }
}
