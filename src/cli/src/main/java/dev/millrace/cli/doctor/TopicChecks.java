package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.run.SharedTopicCheck;
import dev.millrace.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Checks of {@code doctor} on a pipeline's topics, their records and permissions. */
public final class TopicChecks {
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);
  private static final Duration MAX_TRANSACTION = Duration.ofMinutes(1);

  private final Admin admin;
  private final Settings settings;
  private final String config;
  private final String servers;
  private final Map<String, TopicDescription> topics = new TreeMap<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> hidden = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  TopicChecks(Admin admin, Settings settings, String config) {
    this.admin = admin;
    this.settings = settings;
    this.config = config;
    this.servers = BrokerCheck.servers(settings.kafka());
  }

  /**
   * Runs all checks.
   *
   * @throws ExecutionException if a broker stops answering
   */
  List<Finding> all() throws ExecutionException, InterruptedException {
    describe();
    existence();
    configuration();
    findings.addAll(new PermissionChecks(admin, settings, topics, hidden, config).all());
    if (topics.containsKey(settings.output().models())) {
      SharedTopicCheck.of(settings).ifPresent(findings::add);
    }
    for (String topic : settings.input().topics()) {
      if (topics.containsKey(topic)) {
        records(topics.get(topic));
      }
    }
    if (topics.containsKey(settings.output().deadLetters())) {
      deadLetters(topics.get(settings.output().deadLetters()));
    }
    return findings;
  }

  private void describe() throws ExecutionException, InterruptedException {
    List<String> names = new ArrayList<>(settings.input().topics());
    names.addAll(settings.output().topics());
    DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(names, options).topicNameValues();
    for (String name : names) {
      try {
        topics.put(name, Objects.requireNonNull(answers.get(name)).get());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          missing.add(name);
        } else if (e.getCause() instanceof TopicAuthorizationException) {
          hidden.add(name);
        } else {
          throw e;
        }
      }
    }
  }

  private void existence() {
    if (!missing.isEmpty()) {
      int all = topics.size() + missing.size() + hidden.size();
      findings.add(
          Finding.failed(
              "topics",
              "%d of %d do not exist: %s"
                  .formatted(missing.size(), all, String.join(", ", missing)),
              "./millrace topics create -c " + config));
    } else if (hidden.isEmpty()) {
      findings.add(Finding.ok("topics", "all " + topics.size() + " exist"));
    }
  }

  private void configuration() throws ExecutionException, InterruptedException {
    long needed = settings.input().spec().limits().outputBytes();
    for (String topic : settings.output().topics()) {
      Config found = topics.containsKey(topic) ? config(admin, topic) : null;
      if (found == null) {
        continue;
      }
      boolean compacted = found.get("cleanup.policy").value().contains("compact");
      if (topic.equals(settings.output().models()) && !compacted) {
        findings.add(
            Finding.warning(
                "topics",
                topic + " is not compacted and grows without limit",
                alter(topic, "cleanup.policy=compact")));
      }
      long maxBytes = Long.parseLong(found.get("max.message.bytes").value());
      if (maxBytes < needed) {
        findings.add(
            Finding.warning(
                "topics",
                "%s accepts records of max %,d bytes; the pipeline may write %,d"
                    .formatted(topic, maxBytes, needed),
                alter(topic, "max.message.bytes=" + needed)));
      }
    }
  }

  /** Returns a topic's configuration; null if it may not be read, which no job needs. */
  public static @Nullable Config config(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return null;
      }
      throw e;
    }
  }

  private String alter(String topic, String property) {
    return "kafka-configs.sh --bootstrap-server %s --alter --topic %s --add-config %s"
        .formatted(servers, topic, property);
  }

  private void records(TopicDescription input) throws ExecutionException, InterruptedException {
    long count = count(input);
    long time = -1;
    for (ListOffsetsResultInfo newest : offsets(input, OffsetSpec.maxTimestamp()).values()) {
      time = Math.max(time, newest.timestamp());
    }
    String text =
        "%s in %s of %s"
            .formatted(
                Plural.of(count, "record"),
                Plural.of(input.partitions().size(), "partition"),
                input.name());
    if (count == 0) {
      findings.add(
          Finding.warning(
              "input",
              text,
              "Send some: ./millrace produce -c %s --input FILE.csv".formatted(config)));
      return;
    }
    findings.add(
        Finding.ok(
            "input", time < 0 ? text : text + ", the newest of " + Instant.ofEpochMilli(time)));
    if (!"read_uncommitted".equals(settings.kafka().get("isolation.level"))) {
      findings.addAll(
          new OpenTransactions(admin, servers, MAX_TRANSACTION).of(TopicOffsets.partitions(input)));
    }
    Duration ahead = Duration.between(Instant.now(), Instant.ofEpochMilli(Math.max(0, time)));
    if (ahead.compareTo(CLOCK_TOLERANCE) > 0) {
      findings.add(
          Finding.warning(
              "clock",
              "the newest record of %s is %d s ahead of this machine's clock"
                  .formatted(input.name(), ahead.toSeconds()),
              "Set the clocks of producers and of this machine by NTP: timedatectl set-ntp true"));
    }
  }

  private void deadLetters(TopicDescription topic) throws ExecutionException, InterruptedException {
    long count = count(topic);
    // Transaction markers also have offsets.
    String upTo = settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE ? "up to " : "";
    if (count > 0) {
      findings.add(
          Finding.warning(
              "dead letters",
              "%s%s in %s, from all pipelines that write there"
                  .formatted(upTo, Plural.of(count, "dead letter"), topic.name()),
              "List them with: ./millrace dlq show -c %s   Reasons: docs/reference/dead-letters.md"
                  .formatted(config)));
    }
  }

  private long count(TopicDescription topic) throws ExecutionException, InterruptedException {
    Map<TopicPartition, ListOffsetsResultInfo> first = offsets(topic, OffsetSpec.earliest());
    long count = 0;
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
        offsets(topic, OffsetSpec.latest()).entrySet()) {
      count += end.getValue().offset() - Objects.requireNonNull(first.get(end.getKey())).offset();
    }
    return count;
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      TopicDescription topic, OffsetSpec which) throws ExecutionException, InterruptedException {
    return TopicOffsets.of(
        admin, TopicOffsets.partitions(topic), which, IsolationLevel.READ_UNCOMMITTED);
  }
}
