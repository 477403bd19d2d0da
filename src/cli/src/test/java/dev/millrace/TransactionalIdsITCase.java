package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an exactly-once job leaves behind, on the brokers and in its process. */
class TransactionalIdsITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String ADMIN_THREAD = "kafka-admin-client-thread";

  @Test
  void theTransactionalIdsOfAJobDoNotGrowWithItsCheckpoints(@TempDir Path dir) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      Settings settings = pipeline(kafka);
      JobTopics.create(settings);
      Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
      options.put("execution.checkpointing.dir", dir.toUri().toString());
      InMemoryReporter reporter = InMemoryReporter.create();
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.createLocalEnvironment(2, Configuration.fromMap(options));
      env.configure(reporter.addToConfiguration(new Configuration()));
      MillraceJob.buildOnKafka(env, settings, false);
      JobClient job = env.executeAsync(settings.pipeline());

      sendDuringCheckpoints(50, settings, reporter, job);

      // A subtask takes another id only while the transactions of all it has are being committed.
      assertThat(idsOfSubtasks(admin))
          .isNotEmpty()
          .allSatisfy((subtask, ids) -> assertThat(ids).as(subtask).isLessThan(10));
      job.stopWithSavepoint(false, dir.toUri().toString(), SavepointFormatType.CANONICAL).get();
      job.getJobExecutionResult().get();
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(adminThreads()).isEmpty());
  }

  private static void sendDuringCheckpoints(
      long until, Settings settings, InMemoryReporter reporter, JobClient job) throws Exception {
    while (checkpoints(reporter, job) < until) {
      long before = checkpoints(reporter, job);
      JobTopics.send(settings, JobTopics.examples(40, 4));
      await().atMost(PATIENCE).until(() -> checkpoints(reporter, job) > before);
    }
  }

  @SuppressWarnings("unchecked")
  private static long checkpoints(InMemoryReporter reporter, JobClient job) {
    return reporter
        .findMetric(job.getJobID(), ".*numberOfCompletedCheckpoints")
        .map(metric -> ((Gauge<Long>) metric).getValue())
        .orElse(0L);
  }

  /** Returns the number of transactional ids by what is before their last number. */
  private static Map<String, Integer> idsOfSubtasks(Admin admin) throws Exception {
    Map<String, Integer> ids = new TreeMap<>();
    for (TransactionListing transaction : admin.listTransactions().all().get()) {
      ids.merge(transaction.transactionalId().replaceFirst("-\\d+$", ""), 1, Integer::sum);
    }
    return ids;
  }

  private static List<String> adminThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(ADMIN_THREAD))
        .toList();
  }

  private static Settings pipeline(EmbeddedKafka kafka) {
    return PipelineFile.parse(
        "ids.yaml",
        """
        pipeline: ids
        kafka: { bootstrap.servers: "%s" }
        input: { topic: ids-in, label: class, classes: [a, b, c] }
        metrics: { every: 10 }
        output:
          guarantee: exactly-once
          topics: { metrics: ids-metrics, dead-letters: ids-dlq, models: ids-models }
        state: { checkpoint-interval: 200ms }
        """
            .formatted(kafka.bootstrapServers()),
        Path.of(""));
  }
}
