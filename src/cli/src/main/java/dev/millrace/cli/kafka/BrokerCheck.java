package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.DefaultTopic;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

/** Finds out before the work starts whether brokers and topics are there, and says what to do. */
public final class BrokerCheck {
  private static final String BOOTSTRAP = "bootstrap.servers";
  private static final long PATIENCE_SECONDS = 3;
  private static final int CONNECT_MILLIS = 1000;
  private static final Duration TOPICS_PATIENCE = Duration.ofMinutes(1);
  private static final Duration TOPICS_INTERVAL = Duration.ofMillis(20);

  private BrokerCheck() {}

  /**
   * Waits until a broker answers.
   *
   * @param kafka client properties
   * @param config the pipeline file they come from, named in the error; null for {@code
   *     --bootstrap-server}
   * @param notice takes one line if that takes more than moments
   * @throws CliError if none answers in time, or the properties cannot be used
   */
  public static void requireBroker(
      Map<String, String> kafka, Duration timeout, Path config, Consumer<String> notice) {
    try (Admin admin = KafkaClients.admin(kafka, timeout)) {
      KafkaFuture<?> answer = admin.describeCluster().nodes();
      try {
        answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (java.util.concurrent.TimeoutException e) {
        notice.accept(
            "No broker at %s has answered within %d s; waiting up to %d s."
                .formatted(kafka.get(BOOTSTRAP), PATIENCE_SECONDS, timeout.toSeconds()));
        answer.get();
      }
    } catch (ExecutionException e) {
      throw unreachable(e.getCause(), kafka, timeout, config);
    } catch (KafkaException e) {
      throw unreachable(e, kafka, timeout, config);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while waiting for a broker.", e);
    }
  }

  /**
   * Checks that a topic exists; the broker has answered before.
   *
   * @throws CliError if it does not
   */
  public static void requireTopic(Map<String, String> kafka, String topic, Path config) {
    lookUp(
        kafka,
        topic,
        () ->
            "Create what this pipeline needs with: ./millrace topics create -c "
                + (config == null ? "PIPELINE.yaml" : config));
  }

  /**
   * Looks for a topic.
   *
   * @param remedy what to do, asked for only if there is none
   * @throws CliError if there is none
   */
  public static void lookUp(Map<String, String> kafka, String topic, Supplier<String> remedy) {
    try (Admin admin = KafkaClients.admin(kafka, Duration.ofSeconds(30))) {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new CliError(
            "Topic %s does not exist on %s.".formatted(topic, kafka.get(BOOTSTRAP)),
            remedy.get(),
            null);
      }
      throw failure("Topic " + topic + " cannot be looked up", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while looking for topic " + topic + ".", e);
    }
  }

  /**
   * Returns the names of the pipelines that have a metrics topic by its default name, in order.
   *
   * @throws CliError if the brokers refuse to list topics, or do not answer
   */
  static List<String> pipelines(Map<String, String> kafka) {
    try (Admin admin = KafkaClients.admin(kafka, Duration.ofSeconds(30))) {
      return admin.listTopics().names().get().stream()
          .map(DefaultTopic.METRICS::pipelineOf)
          .filter(Objects::nonNull)
          .sorted()
          .toList();
    } catch (ExecutionException e) {
      throw failure("The topics cannot be listed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while listing topics.", e);
    }
  }

  /**
   * Waits until brokers know topics that have just been created, which takes them some milliseconds
   * more.
   *
   * @throws CliError if they do not after a minute, or refuse to tell
   */
  public static void awaitTopics(Admin admin, Collection<String> topics)
      throws InterruptedException {
    long deadline = System.nanoTime() + TOPICS_PATIENCE.toNanos();
    while (true) {
      try {
        admin.describeTopics(topics).allTopicNames().get();
        return;
      } catch (ExecutionException e) {
        boolean unknown = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!unknown || System.nanoTime() > deadline) {
          throw failure("The topics were created, but cannot be looked up", e.getCause());
        }
        Thread.sleep(TOPICS_INTERVAL.toMillis());
      }
    }
  }

  /**
   * Waits until a broker answers and looks for all topics of a pipeline.
   *
   * @param notice takes one line if the broker takes more than moments
   * @throws CliError if there is no broker, or a topic is missing
   */
  public static void requireTopics(
      Settings settings, Duration timeout, Path config, Consumer<String> notice) {
    requireBroker(settings.kafka(), timeout, config, notice);
    for (String topic : settings.input().topics()) {
      requireTopic(settings.kafka(), topic, config);
    }
    for (String topic : settings.output().topics()) {
      requireTopic(settings.kafka(), topic, config);
    }
  }

  /** One line about what a broker refused, or did not answer in time. */
  public static CliError failure(String what, Throwable cause) {
    String silence = cause instanceof TimeoutException ? "no broker answered in time: " : "";
    return new CliError(what + ": " + silence + cause.getMessage(), cause);
  }

  private static CliError unreachable(
      Throwable cause, Map<String, String> kafka, Duration timeout, Path config) {
    String servers = kafka.get(BOOTSTRAP);
    String origin = config == null ? "--bootstrap-server" : "kafka.bootstrap.servers, " + config;
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    if (root instanceof ConfigException) {
      return CliError.usage(
          "%s cannot be used as a broker address (%s): %s"
              .formatted(servers, origin, root.getMessage()));
    }
    if (cause instanceof AuthenticationException refusal) {
      return BrokerRefusal.of(refusal, servers + " (" + origin + ")");
    }
    if (cause instanceof TimeoutException || cause instanceof RetriableException) {
      return new CliError(
          "No broker answered at %s within %d s (%s)."
              .formatted(servers, timeout.toSeconds(), origin),
          listens(servers)
              ? "Something listens there: if that is a broker, compare security.protocol with that"
                  + " of its listener, and look at its log."
              : "Start one with: ./millrace broker --port " + port(servers),
          cause);
    }
    return failure("The broker at " + servers + " cannot be used (" + origin + ")", root);
  }

  /** Whether anybody accepts connections at one of the addresses. */
  private static boolean listens(String servers) {
    for (String server : servers.split(",")) {
      try (Socket socket = new Socket()) {
        String address = server.strip();
        socket.connect(
            new InetSocketAddress(Utils.getHost(address), Utils.getPort(address)), CONNECT_MILLIS);
        return true;
      } catch (IOException e) {
        // Not there.
      }
    }
    return false;
  }

  private static String port(String servers) {
    String first = servers.split(",", 2)[0].strip();
    String port = first.substring(first.lastIndexOf(':') + 1);
    return port.matches("\\d{1,5}") ? port : "9092";
  }
}
