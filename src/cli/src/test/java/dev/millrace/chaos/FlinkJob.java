package dev.millrace.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What a cluster's REST interface says of a job; an {@link IOException} while there is no answer.
 */
final class FlinkJob {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;
  private final String name;

  /**
   * @param name of the job, as the cluster shows it
   */
  FlinkJob(String address, String name) {
    this.address = address;
    this.name = name;
  }

  /** Whether every subtask is at work. */
  boolean isRunning() throws IOException, InterruptedException {
    for (JsonNode vertex : get("").path("vertices")) {
      if (vertex.at("/tasks/RUNNING").asInt() != vertex.path("parallelism").asInt()) {
        return false;
      }
    }
    return true;
  }

  /** Times that this job manager has taken the job back to a checkpoint or savepoint. */
  int restored() throws IOException, InterruptedException {
    return checkpoints("restored");
  }

  /** The id of the newest completed checkpoint; 0 if there is none. */
  int newestCheckpoint() throws IOException, InterruptedException {
    return get("/checkpoints").at("/latest/completed/id").asInt();
  }

  /** The id of the checkpoint that the job was last taken back to; 0 if there is none. */
  int restoredCheckpoint() throws IOException, InterruptedException {
    return get("/checkpoints").at("/latest/restored/id").asInt();
  }

  int completedCheckpoints() throws IOException, InterruptedException {
    return checkpoints("completed");
  }

  int failedCheckpoints() throws IOException, InterruptedException {
    return checkpoints("failed");
  }

  private int checkpoints(String count) throws IOException, InterruptedException {
    return get("/checkpoints").path("counts").path(count).asInt();
  }

  int parallelism() throws IOException, InterruptedException {
    return get("").at("/vertices/0/parallelism").asInt();
  }

  /** The class that keeps the state. */
  String stateBackend() throws IOException, InterruptedException {
    return get("/checkpoints/config").path("state_backend").asText();
  }

  /** Where the job's checkpoints are, below the directory of all jobs. */
  String id() throws IOException, InterruptedException {
    for (JsonNode job : send("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().equals(name)) {
        return job.path("jid").asText();
      }
    }
    throw new IOException("no job yet");
  }

  /** Milliseconds for which the job's first task has waited for those behind it, all in all. */
  int backPressure() throws IOException, InterruptedException {
    String vertex = get("").at("/vertices/0/id").asText();
    JsonNode metrics =
        get("/vertices/" + vertex + "/subtasks/metrics?get=accumulateBackPressuredTimeMs&agg=max");
    return metrics.at("/0/max").asInt();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return send("/jobs/" + id() + path);
  }

  private JsonNode send(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(TIMEOUT).build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
