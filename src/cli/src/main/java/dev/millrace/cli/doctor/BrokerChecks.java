package dev.millrace.cli.doctor;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.run.LeaseCheck;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Checks of {@code doctor} on brokers: each answers at its advertised address, and {@link
 * TopicChecks}.
 */
final class BrokerChecks {
  private static final String NAME = "broker";

  private final Map<String, String> kafka;
  private final Duration timeout;
  private final @Nullable Path config;

  /**
   * @param config the pipeline file of the client properties
   */
  BrokerChecks(Map<String, String> kafka, Duration timeout, @Nullable Path config) {
    this.kafka = kafka;
    this.timeout = timeout;
    this.config = config;
  }

  /**
   * Runs all checks, or only the first if no broker answers.
   *
   * @param settings of the pipeline; null to check brokers only
   */
  List<Finding> all(@Nullable Settings settings) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    try {
      BrokerCheck.requireBroker(kafka, timeout, config, notice -> {}); // a finding reports it
    } catch (CliError e) {
      findings.add(Finding.failed(NAME, e.failure(), remedy(e)));
      return findings;
    }
    try (Admin admin = KafkaClients.admin(kafka, timeout)) {
      addresses(admin, findings);
      if (settings != null) {
        findings.addAll(new TopicChecks(admin, settings, String.valueOf(config)).all());
        findings.addAll(RecordChecks.of(settings, String.valueOf(config)));
        LeaseCheck.find(settings).ifPresent(findings::add);
      }
    } catch (ExecutionException e) {
      findings.add(noAnswer(e.getCause()));
    } catch (KafkaException e) {
      findings.add(noAnswer(e));
    }
    return findings;
  }

  private static Finding noAnswer(@Nullable Throwable cause) {
    return Finding.failed(
        NAME,
        "a broker stopped answering: " + (cause == null ? "" : cause.getMessage()),
        "Check the broker's log, then try again; --timeout sets the maximum wait.");
  }

  private static String remedy(CliError error) {
    String remedy = error.remedy();
    if (remedy == null) {
      return "Check the address, security.protocol and sasl.* in the pipeline file.";
    }
    // Where no broker has answered, the remedy is to start one.
    return error.getCause() instanceof RetriableException && !remedy.contains("security.protocol")
        ? remedy
            + "   If one runs there, check the address, security.protocol and sasl.* in the"
            + " pipeline file."
        : remedy;
  }

  private void addresses(Admin admin, List<Finding> findings)
      throws ExecutionException, InterruptedException {
    DescribeClusterResult cluster = admin.describeCluster();
    Collection<Node> nodes = cluster.nodes().get();
    int answering = 0;
    for (Node node : nodes) {
      if (answers(admin, node)) {
        answering++;
      } else {
        findings.add(
            Finding.failed(
                NAME,
                "broker %d advertises %s:%d, which does not answer"
                    .formatted(node.id(), node.host(), node.port()),
                "Set advertised.listeners of that broker to an address that this machine can"
                    + " reach."));
      }
    }
    if (answering > 0) {
      findings.add(
          Finding.ok(
              NAME,
              "%s at %s, cluster %s"
                  .formatted(
                      Plural.of(answering, "broker"),
                      kafka.get("bootstrap.servers"),
                      cluster.clusterId().get())));
    }
  }

  // Kafka sends this request to the broker that it is about. A rejection is also an answer.
  private static boolean answers(Admin admin, Node node)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
    KafkaFuture<?> answer = admin.describeConfigs(List.of(resource)).all();
    try {
      answer.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return true;
      }
      if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
        return false;
      }
      throw e;
    }
  }
}
