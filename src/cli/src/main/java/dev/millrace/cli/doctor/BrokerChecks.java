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

/**
 * What {@code doctor} asks the brokers: whether they answer, each at the address that it
 * advertises, and what {@link TopicChecks} looks at.
 */
final class BrokerChecks {
  private static final String NAME = "broker";

  private final Map<String, String> kafka;
  private final Duration timeout;
  private final Path config;

  /**
   * @param config the pipeline file that the client properties come from, or null
   */
  BrokerChecks(Map<String, String> kafka, Duration timeout, Path config) {
    this.kafka = kafka;
    this.timeout = timeout;
    this.config = config;
  }

  /**
   * Looks at everything, or no further than the first broker if none answers.
   *
   * @param settings of the pipeline, or null where there are only brokers to look at
   */
  List<Finding> all(Settings settings) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    try {
      BrokerCheck.requireBroker(kafka, timeout, config, notice -> {}); // a finding says it
    } catch (CliError e) {
      findings.add(Finding.failed(NAME, e.failure(), remedy(e)));
      return findings;
    }
    try (Admin admin = KafkaClients.admin(kafka, timeout)) {
      addresses(admin, findings);
      if (settings != null) {
        findings.addAll(new TopicChecks(admin, settings, config).all());
        findings.addAll(RecordChecks.of(settings, config));
        LeaseCheck.find(settings).ifPresent(findings::add);
      }
    } catch (ExecutionException e) {
      findings.add(gaveUp(e.getCause()));
    } catch (KafkaException e) {
      findings.add(gaveUp(e));
    }
    return findings;
  }

  private static Finding gaveUp(Throwable cause) {
    return Finding.failed(
        NAME,
        "a broker stopped to answer: " + cause.getMessage(),
        "Look at the broker's log, then try again; --timeout says how long to wait.");
  }

  private static String remedy(CliError error) {
    String general = "check the address, security.protocol and sasl.* in the pipeline file.";
    if (error.remedy() == null) {
      return Character.toUpperCase(general.charAt(0)) + general.substring(1);
    }
    return error.remedy().contains("security.protocol")
        ? error.remedy()
        : error.remedy() + "   If one runs there, " + general;
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
                "broker %d advertises %s:%d, and nobody answers there"
                    .formatted(node.id(), node.host(), node.port()),
                "Set advertised.listeners of that broker to an address that this machine"
                    + " reaches."));
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

  // The one question that goes to the broker it is about. A refusal is an answer, too.
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
