package dev.millrace.cli.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import dev.millrace.cli.run.JobStatistics;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.At;
import dev.millrace.codec.json.RecordJson.OrNull;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
  private static final String NOT_FLINK = "what answers there is not Flink";

  /** A job as the cluster lists it. */
  record Job(@At("/jid") String id, String name, String state) {
    JobStatus status() {
      return JobStatus.valueOf(state);
    }
  }

  // What is used of the answers.
  private record Jobs(List<Job> jobs) {}

  private record Overview(@At("/slots-total") int slots) {}

  private record JobDetails(List<Vertex> vertices) {}

  private record Vertex(
      String id, String name, int parallelism, @At("/tasks/RUNNING") int running) {}

  private record Counter(String id, long sum) {}

  private record LatestCheckpoints(
      @At("/latest/completed/id") @OrNull @Nullable Number completed,
      @At("/latest/failed/id") @OrNull @Nullable Number failed,
      @At("/latest/failed/failure_message") String failure,
      @At("/latest/savepoint/external_path") @OrNull @Nullable String savepoint) {}

  private record Failure(String stacktrace, long timestamp) {}

  private record Failures(@At("/exceptionHistory/entries/0") @OrNull @Nullable Failure newest) {}

  private record Result(
      @At("/job-execution-result/failure-cause/stack-trace") @OrNull @Nullable String trace) {}

  private record Triggered(@At("/request-id") String request) {}

  private record Savepoint(
      @At("/operation/failure-cause") @OrNull @Nullable Cause failure,
      @At("/operation/location") @OrNull @Nullable String location) {}

  private record Cause(@At("/stack-trace") String trace) {}

  private record Rejection(List<String> errors) {}

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
    JsonNode answer = get("/jobs/overview");
    if (!answer.path("jobs").isArray()) {
      throw new IOException(NOT_FLINK);
    }
    return RecordJson.read(answer, Jobs.class).jobs;
  }

  /** Returns the number of slots of all registered task managers. */
  int slots() throws IOException, InterruptedException {
    return get("/overview", Overview.class).slots;
  }

  /** Returns the parallelism of the operators; one number, unless they differ. */
  Set<Integer> parallelism(String job) throws IOException, InterruptedException {
    return vertices(job).stream()
        .map(Vertex::parallelism)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns true if every subtask of a job runs. */
  boolean isRunning(String job) throws IOException, InterruptedException {
    return vertices(job).stream().allMatch(vertex -> vertex.running == vertex.parallelism);
  }

  private List<Vertex> vertices(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job, JobDetails.class).vertices;
  }

  /** Returns the statistics of a job. */
  JobStatistics statistics(String job) {
    return new JobStatistics() {
      @Override
      public Map<String, Long> counters(String operator, Collection<String> names)
          throws IOException, InterruptedException {
        Map<String, Long> counters = new HashMap<>();
        for (Vertex vertex : vertices(job)) {
          if (List.of(vertex.name.split(" -> ")).contains(operator)) {
            String metrics = "/subtasks/metrics?agg=sum&get=" + String.join(",", names);
            for (JsonNode each : get("/jobs/" + job + "/vertices/" + vertex.id + metrics)) {
              Counter counter = RecordJson.read(each, Counter.class);
              counters.put(counter.id, counter.sum);
            }
          }
        }
        return counters;
      }

      @Override
      public Checkpoints checkpoints() throws IOException, InterruptedException {
        LatestCheckpoints latest = latest(job);
        return new Checkpoints(id(latest.completed), id(latest.failed), latest.failure);
      }

      private static long id(@Nullable Number checkpoint) {
        return checkpoint == null ? -1 : checkpoint.longValue();
      }
    };
  }

  /** Returns the last failure of a job in one line, unless it was before {@code since}. */
  Optional<String> failure(String job, Instant since) throws IOException, InterruptedException {
    Failure newest = get("/jobs/" + job + "/exceptions", Failures.class).newest;
    return newest == null || Instant.ofEpochMilli(newest.timestamp).isBefore(since)
        ? Optional.empty()
        : Optional.of(reason(newest.stacktrace));
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
    return Optional.ofNullable(get("/jobs/" + job + "/execution-result", Result.class).trace)
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
    Savepoint savepoint = get("/jobs/" + job + "/savepoints/" + request, Savepoint.class);
    if (savepoint.failure != null) {
      throw new CliError("The savepoint failed: " + reason(savepoint.failure.trace));
    }
    return Optional.ofNullable(savepoint.location);
  }

  /** Returns the newest savepoint that a job has written since its start. */
  Optional<String> newestSavepoint(String job) throws IOException, InterruptedException {
    return Optional.ofNullable(latest(job).savepoint);
  }

  private LatestCheckpoints latest(String job) throws IOException, InterruptedException {
    return get("/jobs/" + job + "/checkpoints", LatestCheckpoints.class);
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
          .putObject("parallelism")
          .put("lowerBound", 1)
          .put("upperBound", parallelism);
    }
    send("PUT", path, requirements);
  }

  private String trigger(String path, ObjectNode body) throws IOException, InterruptedException {
    // The canonical format is read by both state backends.
    JsonNode answer = send("POST", path, body.put("formatType", "CANONICAL"));
    return RecordJson.read(answer, Triggered.class).request;
  }

  private <T extends Record> T get(String path, Class<T> type)
      throws IOException, InterruptedException {
    return RecordJson.read(get(path), type);
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
      List<String> errors = RecordJson.read(answer, Rejection.class).errors;
      throw new CliError(
          "The cluster at %s rejected the request: %s"
              .formatted(address, reason(errors.isEmpty() ? "" : errors.get(errors.size() - 1))));
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
