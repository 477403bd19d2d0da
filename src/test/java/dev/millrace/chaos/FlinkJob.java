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
 * What a cluster's REST interface says of its only job; an {@link IOException} while there is no
 * answer.
 */
final class FlinkJob {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;

  FlinkJob(String address) {
    this.address = address;
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
    return get("/checkpoints").at("/counts/restored").asInt();
  }

  int completedCheckpoints() throws IOException, InterruptedException {
    return get("/checkpoints").at("/counts/completed").asInt();
  }

  int parallelism() throws IOException, InterruptedException {
    return get("").at("/vertices/0/parallelism").asInt();
  }

  /** The class that keeps the state. */
  String stateBackend() throws IOException, InterruptedException {
    return get("/checkpoints/config").path("state_backend").asText();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    JsonNode job = send("/jobs/overview").at("/jobs/0/jid");
    if (job.isMissingNode()) {
      throw new IOException("no job yet");
    }
    return send("/jobs/" + job.asText() + path);
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
