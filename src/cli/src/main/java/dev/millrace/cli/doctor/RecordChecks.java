package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.RootCause;
import dev.millrace.cli.kafka.DamagedBatch;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.Printable;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Decodes the newest records of the input topic as the job does, and reports rejected ones. */
final class RecordChecks {
  private static final String NAME = "records";
  private static final int NEWEST = 200;
  private static final int MAX_NAMES = 5;
  private static final int MAX_CHARACTERS = 40;
  private static final int MAX_MESSAGE_CHARACTERS = 300;

  private final Settings settings;
  private final String config;
  private final ExampleDecoder decoder;
  private final Example example = new Example();
  private final Map<String, Integer> rejected = new TreeMap<>();
  private final Map<String, String> unlisted = new TreeMap<>();
  private final Map<String, Integer> ignored = new TreeMap<>();
  private final Map<String, Integer> cut = new TreeMap<>();
  private @Nullable String firstMessage;
  private int records;
  private int deletions;
  private long unlistedValues;

  private RecordChecks(Settings settings, String config) {
    this.settings = settings;
    this.config = config;
    decoder = new ExampleDecoder(settings.input().spec());
  }

  /**
   * Checks up to 200 records of each partition; none with a schema registry, which may not answer.
   *
   * @param config the pipeline file, for remedies
   */
  static List<Finding> of(Settings settings, String config) {
    InputSpec input = settings.input().spec();
    return input.registry() == null ? new RecordChecks(settings, config).all() : List.of();
  }

  private List<Finding> all() {
    String topic = settings.input().topic();
    try {
      TopicReader.readLast(settings.kafka(), topic, NEWEST, this::add);
    } catch (KafkaException e) {
      String message = RootCause.message(e);
      return List.of(
          Finding.warning(
              NAME,
              "topic %s cannot be read: %s".formatted(topic, message),
              DamagedBatch.remedy(message)
                  .orElse("Allow READ on the topic, as docs/security.md says.")));
    }
    if (records == 0) {
      return List.of(); // other findings report an empty or missing topic
    }
    return findings("the newest %s of topic %s".formatted(Plural.of(records, "record"), topic));
  }

  private List<Finding> findings(String newest) {
    List<Finding> findings = new ArrayList<>();
    findings.add(usable(newest));
    if (deletions > 0) {
      findings.add(Finding.ok(NAME, deletions + " of them only delete a row, and are skipped"));
    }
    if (unlistedValues > 0) {
      findings.add(
          Finding.warning(
              NAME,
              "%s of one-hot features in %s not listed, so they are ignored: %s"
                  .formatted(
                      Plural.of(unlistedValues, "value"),
                      newest,
                      unlisted.entrySet().stream()
                          .map(entry -> entry.getKey() + " \"" + entry.getValue() + '"')
                          .limit(MAX_NAMES)
                          .collect(Collectors.joining(", "))),
              "Add them to values of the feature, or use type: hash."));
    }
    if (!cut.isEmpty()) {
      findings.add(
          Finding.warning(
              NAME,
              "features with more ids in a record than their max, so only the first are used, in %s: %s"
                  .formatted(newest, listed(cut)),
              "Increase max of the feature."));
    }
    if (!ignored.isEmpty()) {
      findings.add(
          Finding.ok(
              NAME, "fields in " + newest + " that the pipeline does not use: " + listed(ignored)));
    }
    return findings;
  }

  private Finding usable(String newest) {
    if (firstMessage == null) {
      return Finding.ok(NAME, newest + " can be used");
    }
    int count = rejected.values().stream().mapToInt(Integer::intValue).sum();
    return Finding.warning(
        NAME,
        "%d of %s cannot be used: %s; the first: %s"
            .formatted(
                count,
                newest,
                listed(rejected),
                Printable.line(firstMessage, MAX_MESSAGE_CHARACTERS)),
        "List those that the job has read: ./millrace dlq show -c %s".formatted(config));
  }

  private static String listed(Map<String, Integer> counts) {
    String first =
        counts.entrySet().stream()
            .limit(MAX_NAMES)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    return counts.size() > MAX_NAMES
        ? first + ", and %d more".formatted(counts.size() - MAX_NAMES)
        : first;
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    records++;
    DeadLetter deadLetter = decoder.decode(KafkaClients.record(record), example);
    if (deadLetter == null && example.kind == RecordKind.DELETION) {
      deletions++;
      return;
    }
    if (deadLetter != null) {
      firstMessage = firstMessage == null ? deadLetter.message() : firstMessage;
      rejected.merge(deadLetter.reason().id(), 1, Integer::sum);
      return;
    }
    unlistedValues += example.unlistedFeatures.size();
    for (int i = 0; i < example.unlistedFeatures.size(); i++) {
      unlisted.putIfAbsent(
          example.unlistedFeatures.get(i),
          Printable.line(example.unlistedValues.get(i).toString(), MAX_CHARACTERS));
    }
    for (String feature : example.cutFeatures) {
      cut.merge(feature, 1, Integer::sum);
    }
    for (String field : example.ignoredFields) {
      ignored.merge(Printable.line(field, MAX_CHARACTERS), 1, Integer::sum);
    }
  }
}
