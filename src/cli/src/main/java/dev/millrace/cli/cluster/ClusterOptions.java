package dev.millrace.cli.cluster;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.UnsetVariables;
import dev.millrace.cli.run.StateOptions;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options that select a job on a cluster. */
final class ClusterOptions {
  private static final long LOOK_MILLIS = 200;
  private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Pipeline file: its job, on the cluster that ./millrace cluster runs for it.")
  private @Nullable Path config;

  @Option(
      names = "--cluster",
      paramLabel = "URL",
      description =
          "Web address of another cluster, such as http://127.0.0.1:8081; without -c its only job.")
  private @Nullable String address;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "The --state-dir of the cluster (default: " + StateOptions.DEFAULT + ").")
  private @Nullable Path stateDir;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "How long to wait for the cluster's answer (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  /** Request to a cluster. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws IOException, InterruptedException;
  }

  /** Selected job and its cluster. */
  record Found(FlinkRest rest, FlinkRest.Job job) {
    String id() {
      return job.id();
    }
  }

  /**
   * Returns the pipeline for an option that needs brokers instead of a cluster.
   *
   * @throws ParameterException if none is named
   */
  Settings pipeline(String option) {
    if (config == null) {
      throw new ParameterException(command.commandLine(), option + " needs -c FILE.");
    }
    Settings settings = PipelineFile.read(config);
    UnsetVariables.reject(settings.kafka(), config);
    return settings;
  }

  /**
   * Looks for the job.
   *
   * @throws CliError if there is no cluster, or not exactly one such job that has not ended
   */
  Found find() throws InterruptedException {
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          command.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    Settings settings = config == null ? null : PipelineFile.read(config);
    FlinkRest rest;
    if (address != null) {
      rest = new FlinkRest(checked(address), timeoutSeconds);
    } else if (settings != null) {
      rest = restOf(settings);
    } else {
      throw new ParameterException(
          command.commandLine(), "Which cluster? Give -c FILE, or --cluster http://127.0.0.1:PORT");
    }
    List<FlinkRest.Job> jobs =
        answer(rest, rest::jobs).stream()
            .filter(job -> !job.status().isGloballyTerminalState())
            .filter(job -> settings == null || job.name().equals(MillraceJob.jobName(settings)))
            .toList();
    String wanted = settings == null ? "job" : "job of pipeline " + settings.pipeline();
    if (jobs.isEmpty()) {
      throw new CliError("No %s runs at %s.".formatted(wanted, rest.address()));
    }
    if (jobs.size() > 1) {
      throw new CliError(
          "More than one %s runs at %s: %s. Name the pipeline with -c FILE."
              .formatted(
                  wanted,
                  rest.address(),
                  jobs.stream().map(FlinkRest.Job::name).collect(Collectors.joining(", "))));
    }
    return new Found(rest, jobs.get(0));
  }

  /**
   * Asks a cluster.
   *
   * @throws CliError if it does not answer
   */
  static <T> T answer(FlinkRest rest, Question<T> question) throws InterruptedException {
    try {
      return question.ask();
    } catch (IOException e) {
      throw new CliError(
          "No Flink cluster answers at %s (%s).".formatted(rest.address(), why(rest, e)), e);
    }
  }

  private static String why(FlinkRest rest, IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "nothing within %d s".formatted(rest.timeoutSeconds());
    }
    if (e instanceof ConnectException) {
      // It has no message.
      return Stream.iterate((Throwable) e, Objects::nonNull, Throwable::getCause)
              .anyMatch(UnresolvedAddressException.class::isInstance)
          ? "there is no such host"
          : "nothing listens there";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /**
   * Polls until there is an answer; reports every few seconds that it waits, and why the job has
   * failed meanwhile.
   *
   * @throws CliError if there is none in time
   */
  <T> T await(Found found, String what, Question<Optional<T>> question)
      throws InterruptedException {
    FlinkRest rest = found.rest();
    Instant started = Instant.now();
    long start = System.nanoTime();
    long nextLine = start + NANOS_BETWEEN_LINES;
    Optional<T> answer = answer(rest, question);
    while (answer.isEmpty()) {
      long now = System.nanoTime();
      long seconds = (now - start) / 1_000_000_000;
      if (seconds >= timeoutSeconds) {
        throw new CliError(
            "%s: not complete after %d s%s. Wait longer with --timeout SECONDS; look at %s."
                .formatted(what, seconds, failure(found, started), rest.address()));
      }
      if (now >= nextLine) {
        nextLine = now + NANOS_BETWEEN_LINES;
        command
            .commandLine()
            .getErr()
            .printf("%s: %d s%s%n", what, seconds, failure(found, started));
      }
      Thread.sleep(LOOK_MILLIS);
      answer = answer(rest, question);
    }
    return answer.get();
  }

  private static String failure(Found found, Instant since) throws InterruptedException {
    try {
      return found
          .rest()
          .failure(found.id(), since)
          .map(reason -> " (the job has failed meanwhile: " + reason + ")")
          .orElse("");
    } catch (IOException | CliError e) {
      return ""; // between two job managers, or two states of the job
    }
  }

  private FlinkRest restOf(Settings settings) {
    Path dir =
        StateOptions.directory(stateDir, config).resolve(settings.pipeline()).toAbsolutePath();
    return FlinkRest.of(ClusterFiles.in(dir), timeoutSeconds)
        .orElseThrow(
            () ->
                new CliError(
                    ("No cluster of pipeline %s runs with its state in %s. Start one with:"
                            + " ./millrace cluster -c %s --taskmanagers 2, or name its --state-dir or"
                            + " --cluster. A job of ./millrace run has no cluster: Ctrl-C there takes"
                            + " a savepoint.")
                        .formatted(settings.pipeline(), dir, config)));
  }

  private URI checked(String given) {
    try {
      URI uri = new URI(given);
      if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() <= 65535) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Reported below.
    }
    throw new ParameterException(
        command.commandLine(),
        "--cluster must be an address such as http://127.0.0.1:8081, but was " + given);
  }
}
