package dev.millrace.cli.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.run.JobStatistics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;

/**
 * Client for the part of Flink's REST interface that the commands use. Flink's own client needs as
 * much code for the same calls and errors.
 *
 * <p>Each call throws an {@link IOException} while the job manager cannot be reached, and a {@link
 * CliError} when it rejects the request.
 *
 * @see <a href="https://nightlies.apache.org/flink/flink-docs-release-2.2/docs/ops/rest_api/">REST
 *     API</a>
 */
final class FlinkRest {
  static final int MAX_SECONDS = 20;
  private static final String PARALLELISM = "parallelism";
  private static final String NOT_FLINK = "what answers there is not Flink";

  /** A job as the cluster lists it. */
  record Job(String id, String name, JobStatus status) {}

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client;
  private final URI address;
  private final Duration timeout;

  /**
   * @param address such as {@code http://127.0.0.1:8081}
   * @param timeoutSeconds how long to wait for an answer, up to 20
   */
  FlinkRest(URI address, int timeoutSeconds) {
    this(address, timeoutSeconds, HttpClient.newBuilder());
  }

  private FlinkRest(URI address, int timeoutSeconds, HttpClient.Builder client) {
    this.address = address;
    this.timeout = Duration.ofSeconds(Math.min(timeoutSeconds, MAX_SECONDS));
    this.client = client.connectTimeout(timeout).build();
  }

  /**
   * Returns the REST interface of the local cluster that runs, if one does.
   *
   * @throws CliError if the cluster's certificate cannot be read
   */
  static Optional<FlinkRest> of(ClusterFiles files, int timeoutSeconds) {
    return files.address().map(address -> of(files, address, timeoutSeconds));
  }

  private static FlinkRest of(ClusterFiles files, URI address, int timeoutSeconds) {
    HttpClient.Builder client = HttpClient.newBuilder();
    if (address.getScheme().equals("https")) {
      try {
        client.sslContext(files.certificate().context());
      } catch (IOException e) {
        throw new CliError(
            ("The certificate of the cluster at %s cannot be read: %s. Run the command as the user"
                    + " that has started the cluster.")
                .formatted(address, OutputFile.obstacle(e)),
            e);
      }
    }
    return new FlinkRest(address, timeoutSeconds, client);
  }

  long timeoutSeconds() {
    return timeout.toSeconds();
  }

  URI address() {
    return address;
  }

  /** Returns all jobs that the job manager lists. */
  List<Job> jobs() throws IOException, InterruptedException {
    JsonNode all = get("/jobs/overview").path("jobs");
    if (!all.isArray()) {
      throw new IOException(NOT_FLINK);
    }
    List<Job> jobs = new ArrayList<>();
    for (JsonNode job : all) {
      jobs.add(
          new Job(
              job.path("jid").asText(),
              job.path("name").asText(),
              JobStatus.valueOf(job.path("state").asText())));
    }
    return jobs;
  }

  /** Returns the number of slots of all registered task managers. */
  int slots() throws IOException, InterruptedException {
    return get("/overview").path("slots-total").asInt();
  }

  /** Returns the parallelism of the operators; one number, unless they differ. */
  Set<Integer> parallelism(String job) throws IOException, InterruptedException {
    Set<Integer> numbers = new TreeSet<>();
    get("/jobs/" + job)
        .path("vertices")
        .forEach(vertex -> numbers.add(vertex.path(PARALLELISM).asInt()));
    return numbers;
  }

  /** Returns true if every subtask of a job runs. */
  boolean isRunning(String job) throws IOException, InterruptedException {
    for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
      if (vertex.path("tasks").path("RUNNING").asInt() != vertex.path(PARALLELISM).asInt()) {
        return false;
      }
    }
    return true;
  }

  /** Returns the statistics of a job. */
  JobStatistics statistics(String job) {
    return new JobStatistics() {
      @Override
      public Map<String, Long> counters(String operator, Collection<String> names)
          throws IOException, InterruptedException {
        Map<String, Long> counters = new HashMap<>();
        for (JsonNode vertex : get("/jobs/" + job).path("vertices")) {
          if (List.of(vertex.path("name").asText().split(" -> ")).contains(operator)) {
            String metrics = "/subtasks/metrics?agg=sum&get=" + String.join(",", names);
            for (JsonNode counter :
                get("/jobs/" + job + "/vertices/" + vertex.path("id").asText() + metrics)) {
              counters.put(counter.path("id").asText(), counter.path("sum").asLong());
            }
          }
        }
        return counters;
      }

      @Override
      public Checkpoints checkpoints() throws IOException, InterruptedException {
        JsonNode latest = get("/jobs/" + job + "/checkpoints").path("latest");
        JsonNode failed = latest.path("failed");
        return new Checkpoints(
            latest.at("/completed/id").asLong(-1),
            failed.path("id").asLong(-1),
            failed.path("failure_message").asText());
      }
    };
  }

  /** Returns the last failure of a job in one line, unless it was before {@code since}. */
  Optional<String> failure(String job, Instant since) throws IOException, InterruptedException {
    JsonNode newest = get("/jobs/" + job + "/exceptions").at("/exceptionHistory/entries/0");
    String trace = newest.path("stacktrace").asText();
    return newest.isMissingNode()
            || Instant.ofEpochMilli(newest.path("timestamp").asLong()).isBefore(since)
        ? Optional.empty()
        : Optional.of(reason(trace));
  }

  /**
   * Returns in one line why a job has failed for good. Flink lists no exceptions of a job that
   * fails before it runs.
   */
  Optional<String> failureForGood(String job) throws IOException, InterruptedException {
    Optional<String> listed = failure(job, Instant.MIN);
    if (listed.isPresent()) {
      return listed;
    }
    JsonNode result = get("/jobs/" + job + "/execution-result");
    return Optional.ofNullable(
            result.at("/job-execution-result/failure-cause/stack-trace").textValue())
        .map(FlinkRest::reason);
  }

  /** Triggers a savepoint of a running job; returns the request for {@link #savepoint}. */
  String triggerSavepoint(String job) throws IOException, InterruptedException {
    ObjectNode body = mapper.createObjectNode().put("cancel-job", false);
    return trigger("/jobs/" + job + "/savepoints", body);
  }

  /**
   * Triggers a savepoint that ends a job; returns the request for {@link #savepoint}.
   *
   * @param drain true if the job acts as at the end of its input; it cannot be continued then
   */
  String triggerStop(String job, boolean drain) throws IOException, InterruptedException {
    return trigger("/jobs/" + job + "/stop", mapper.createObjectNode().put("drain", drain));
  }

  /** Triggers a checkpoint. */
  void triggerCheckpoint(String job) throws IOException, InterruptedException {
    send("POST", "/jobs/" + job + "/checkpoints", mapper.createObjectNode());
  }

  /**
   * Returns the location of a savepoint once it is complete.
   *
   * @throws CliError if it failed
   */
  Optional<String> savepoint(String job, String request) throws IOException, InterruptedException {
    JsonNode answer = get("/jobs/" + job + "/savepoints/" + request);
    JsonNode operation = answer.path("operation");
    if (operation.has("failure-cause")) {
      throw new CliError(
          "The savepoint failed: " + reason(operation.at("/failure-cause/stack-trace").asText()));
    }
    return Optional.ofNullable(operation.path("location").textValue());
  }

  /** Returns the newest savepoint that a job has written since its start. */
  Optional<String> newestSavepoint(String job) throws IOException, InterruptedException {
    return Optional.ofNullable(
        get("/jobs/" + job + "/checkpoints").at("/latest/savepoint/external_path").textValue());
  }

  /**
   * Changes the parallelism of a job at its next checkpoint.
   *
   * @throws CliError if the cluster's scheduler is not the adaptive one
   */
  void rescale(String job, int parallelism) throws IOException, InterruptedException {
    String path = "/jobs/" + job + "/resource-requirements";
    JsonNode requirements = get(path);
    for (JsonNode vertex : requirements) {
      ((ObjectNode) vertex)
          .putObject(PARALLELISM)
          .put("lowerBound", 1)
          .put("upperBound", parallelism);
    }
    send("PUT", path, requirements);
  }

  private String trigger(String path, ObjectNode body) throws IOException, InterruptedException {
    // The canonical format is read by both state backends.
    return send("POST", path, body.put("formatType", "CANONICAL")).path("request-id").asText();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send("GET", path, null);
  }

  private JsonNode send(String method, String path, @Nullable JsonNode body)
      throws IOException, InterruptedException {
    BodyPublisher publisher =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString());
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .method(method, publisher)
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    int status = response.statusCode();
    // A job manager that has just won the election answers so until it has found its jobs.
    if (status == 503) {
      throw new IOException(address + " is not ready yet");
    }
    JsonNode answer = json(response.body());
    if (status >= 400) {
      JsonNode errors = answer.path("errors");
      throw new CliError(
          "The cluster at %s rejected the request: %s"
              .formatted(address, reason(errors.path(errors.size() - 1).asText())));
    }
    return answer;
  }

  private JsonNode json(String body) throws IOException {
    try {
      return mapper.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IOException(NOT_FLINK, e);
    }
  }

  /** Returns the message of the innermost cause in a stack trace. */
  private static String reason(String trace) {
    String line =
        trace
            .lines()
            .filter(text -> text.strip().startsWith("Caused by: "))
            .reduce((first, second) -> second)
            .or(() -> trace.lines().filter(text -> text.contains("Exception: ")).findFirst())
            .or(() -> trace.lines().findFirst())
            .orElse("no reason given");
    return line.strip()
        .replaceFirst("^Caused by: ", "")
        .replaceFirst("^([\\w$]+\\.)+[\\w$]+(Exception|Error|Throwable): ", "");
  }
}
