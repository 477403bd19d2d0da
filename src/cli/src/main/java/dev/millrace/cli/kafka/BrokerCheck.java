package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.console.RootCause;
import dev.millrace.config.Settings;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.kafka.KafkaClients;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
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
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Checks that brokers and topics exist, with a remedy in each error. */
public final class BrokerCheck {
  private static final String BOOTSTRAP = "bootstrap.servers";
  // After the first one a notice only reports refused connections, after the second any silence: on
  // a busy machine a broker, or this process, may need some seconds.
  private static final long REFUSAL_SECONDS = 3;
  private static final long SILENCE_SECONDS = 10;
  private static final int CONNECT_MILLIS = 1000;
  private static final Duration MAX_TOPICS_WAIT = Duration.ofMinutes(1);
  private static final Duration TOPICS_INTERVAL = Duration.ofMillis(20);

  private BrokerCheck() {}

  /** Returns the addresses in client properties. */
  public static String servers(Map<String, String> kafka) {
    return kafka.getOrDefault(BOOTSTRAP, "");
  }

  /**
   * Waits until a broker answers.
   *
   * @param kafka client properties
   * @param config the pipeline file of the properties; null for {@code --bootstrap-server}
   * @param notice receives one line after 3 seconds if connections are refused, else after 10
   * @throws CliError if no broker answers in time, or the properties are invalid
   */
  public static void requireBroker(
      Map<String, String> kafka, Duration timeout, @Nullable Path config, Consumer<String> notice) {
    if (config != null) {
      UnsetVariables.reject(kafka, config);
    }
    try (Admin admin = KafkaClients.admin(kafka, timeout)) {
      KafkaFuture<?> answer = admin.describeCluster().nodes();
      if (isPending(answer, REFUSAL_SECONDS)) {
        String problem = null;
        if (connection(servers(kafka)) == Connection.REFUSED) {
          problem = "No broker at %s accepts connections";
        } else if (isPending(answer, SILENCE_SECONDS - REFUSAL_SECONDS)) {
          problem = "No broker at %s has answered within " + SILENCE_SECONDS + " s";
        }
        if (problem != null) {
          notice.accept(
              (problem + "; waiting up to %d s.").formatted(servers(kafka), timeout.toSeconds()));
        }
      }
      answer.get();
    } catch (ExecutionException e) {
      throw unreachable(e.getCause() == null ? e : e.getCause(), kafka, timeout, config);
    } catch (KafkaException e) {
      throw unreachable(e, kafka, timeout, config);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while waiting for a broker.", e);
    }
  }

  /** Waits for an answer or a failure; returns true if there is none in time. */
  private static boolean isPending(KafkaFuture<?> answer, long seconds)
      throws InterruptedException {
    try {
      answer.get(seconds, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      return false;
    } catch (java.util.concurrent.TimeoutException e) {
      return true;
    }
  }

  /**
   * Checks that a topic of a pipeline exists.
   *
   * @throws CliError if it does not
   */
  public static void requireTopic(Map<String, String> kafka, String topic, @Nullable Path config) {
    lookUp(
        kafka,
        topic,
        () ->
            "Create the topics of this pipeline with: ./millrace topics create -c "
                + (config == null ? "PIPELINE.yaml" : config));
  }

  /**
   * Checks that a topic exists.
   *
   * @param remedy computed only if it does not
   * @throws CliError if it does not
   */
  public static void lookUp(Map<String, String> kafka, String topic, Supplier<String> remedy) {
    try (Admin admin = KafkaClients.admin(kafka, Duration.ofSeconds(30))) {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new CliError(
            "Topic %s does not exist on %s.".formatted(topic, servers(kafka)), remedy.get(), null);
      }
      throw failure("Topic " + topic + " cannot be looked up", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliError("Interrupted while looking for topic " + topic + ".", e);
    }
  }

  /**
   * Returns the sorted names of pipelines that have a metrics topic of the default name.
   *
   * @throws CliError if the brokers do not list topics
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
   * Waits until the brokers know topics that were just created.
   *
   * @throws CliError if they do not after a minute
   */
  public static void awaitTopics(Admin admin, Collection<String> topics)
      throws InterruptedException {
    long deadline = System.nanoTime() + MAX_TOPICS_WAIT.toNanos();
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
   * Waits until a broker answers, and checks that all topics of a pipeline exist.
   *
   * @param notice receives a line if the wait is long
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

  /**
   * Follows a topic until the follower is closed.
   *
   * @throws CliError if a record cannot be read, or the brokers reject the reader
   */
  public static void follow(Runnable follower, String topic) {
    try {
      follower.run();
    } catch (KafkaException e) {
      throw failure("Topic " + topic + " cannot be read", e);
    }
  }

  /** Returns the error of a request that a broker rejected or did not answer in time. */
  public static CliError failure(String what, @Nullable Throwable cause) {
    if (cause instanceof AuthorizationException) {
      return new CliError(
          what + ": " + cause.getMessage(),
          "./millrace doctor -c FILE --acls prints a script that grants a pipeline its"
              + " permissions.",
          cause);
    }
    String silence = cause instanceof TimeoutException ? "no broker answered in time: " : "";
    String message = cause == null ? "unknown cause" : RootCause.message(cause);
    String failure = what + ": " + silence + message;
    return DamagedBatch.remedy(message)
        .map(remedy -> new CliError(failure + ".", remedy, cause))
        .orElseGet(() -> new CliError(failure, cause));
  }

  private static CliError unreachable(
      Throwable cause, Map<String, String> kafka, Duration timeout, @Nullable Path config) {
    String servers = servers(kafka);
    String origin = config == null ? "--bootstrap-server" : "kafka.bootstrap.servers, " + config;
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    if (root instanceof ConfigException) {
      return CliError.usage(
          "%s cannot be used as a broker address (%s): %s"
              .formatted(servers, origin, root.getMessage()));
    }
    if (cause instanceof AuthenticationException failure) {
      return AuthenticationErrors.of(failure, servers + " (" + origin + ")");
    }
    if (cause instanceof TimeoutException || cause instanceof RetriableException) {
      return new CliError(
          "No broker answered at %s within %d s (%s)."
              .formatted(servers, timeout.toSeconds(), origin),
          connection(servers) == Connection.ACCEPTED
              ? "The port accepts connections: if that is a broker, compare security.protocol with"
                  + " that of its listener, and look at its log."
              : "Start one with: ./millrace broker --port " + port(servers),
          cause);
    }
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof FileSystemException file) {
        return CliError.usage(
            "%s (%s): %s.".formatted(propertyOf(file, kafka), config, unreadable(file)));
      }
    }
    return new CliError(
        "The broker at %s cannot be used (%s): %s"
            .formatted(servers, origin, RootCause.message(cause)),
        cause);
  }

  /** Returns the reason why a file cannot be read. */
  static @Nullable String unreadable(FileSystemException failure) {
    return failure instanceof AccessDeniedException
        ? "this user may not read " + failure.getFile()
        : OutputFile.obstacle(failure);
  }

  /** Returns the property that names the file of a failure. */
  private static String propertyOf(FileSystemException failure, Map<String, String> kafka) {
    return kafka.entrySet().stream()
        .filter(property -> property.getValue().equals(failure.getFile()))
        .map(property -> "kafka." + property.getKey())
        .sorted()
        .findFirst()
        .orElse("kafka");
  }

  /** Outcome of a connection to one of several addresses. */
  enum Connection {
    ACCEPTED,
    REFUSED,
    UNANSWERED
  }

  /** Tries the addresses, and returns the best outcome. */
  static Connection connection(String servers) {
    Connection outcome = Connection.REFUSED;
    for (String server : servers.split(",")) {
      String host = Utils.getHost(server.strip());
      Integer port = Utils.getPort(server.strip());
      if (host == null || port == null) {
        outcome = Connection.UNANSWERED; // such as a placeholder, which only the client resolves
        continue;
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        return Connection.ACCEPTED;
      } catch (ConnectException e) {
        // Nothing listens there.
      } catch (IOException e) {
        outcome = Connection.UNANSWERED;
      }
    }
    return outcome;
  }

  private static String port(String servers) {
    String first = servers.split(",", 2)[0].strip();
    String port = first.substring(first.lastIndexOf(':') + 1);
    return port.matches("\\d{1,5}") ? port : "9092";
  }
}
