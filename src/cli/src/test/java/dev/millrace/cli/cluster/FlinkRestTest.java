package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.run.JobStatistics.Checkpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads answers that are written as Flink's REST interface writes them. */
class FlinkRestTest {
  private HttpServer flink;
  private FlinkRest rest;

  @BeforeEach
  void start() throws IOException {
    flink = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    flink.start();
    rest = new FlinkRest(URI.create("http://127.0.0.1:" + flink.getAddress().getPort()), 20);
  }

  @AfterEach
  void stop() {
    flink.stop(0);
  }

  private void answer(String path, String json) {
    answer(path, 200, json);
  }

  private void answer(String path, int status, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    flink.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  @Test
  void readsJobsAndTheirVertices() throws Exception {
    answer("/overview", "{\"taskmanagers\":1,\"slots-total\":4,\"slots-available\":2}");
    answer(
        "/jobs/overview", "{\"jobs\":[{\"jid\":\"a1\",\"name\":\"shops\",\"state\":\"RUNNING\"}]}");
    answer(
        "/jobs/a1",
        """
        {"jid":"a1","vertices":[
          {"id":"v1","name":"Source: s -> decode","parallelism":2,"tasks":{"RUNNING":2,"FAILED":0}},
          {"id":"v2","name":"train","parallelism":1,"tasks":{"RUNNING":0,"FAILED":1}}]}
        """);
    answer("/jobs/a1/vertices/v1/subtasks/metrics", "[{\"id\":\"decode.lost\",\"sum\":12.0}]");

    FlinkRest.Job job = rest.jobs().get(0);

    assertThat(rest.slots()).isEqualTo(4);
    assertThat(job).isEqualTo(new FlinkRest.Job("a1", "shops", "RUNNING"));
    assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
    assertThat(rest.parallelism("a1")).containsExactly(1, 2);
    assertThat(rest.isRunning("a1")).isFalse();
    assertThat(rest.statistics("a1").counters("decode", List.of("decode.lost")))
        .isEqualTo(Map.of("decode.lost", 12L));
  }

  @Test
  void aJobRunsOnceAllSubtasksDo() throws Exception {
    answer("/jobs/a1", "{\"vertices\":[{\"parallelism\":2,\"tasks\":{\"RUNNING\":2}}]}");

    assertThat(rest.isRunning("a1")).isTrue();
  }

  @Test
  void readsCheckpointsAndSavepoints() throws Exception {
    answer(
        "/jobs/a1/checkpoints",
        """
        {"latest":{"completed":{"id":7},"failed":{"id":6,"failure_message":"late"},
         "savepoint":{"id":5,"external_path":"file:/s5"},"restored":null}}
        """);
    answer("/jobs/b2/checkpoints", "{\"latest\":{\"completed\":null,\"savepoint\":null}}");
    answer(
        "/jobs/a1/savepoints/r1",
        "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/s6\"}}");
    answer("/jobs/a1/savepoints/r2", "{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    answer(
        "/jobs/a1/savepoints/r3",
        "{\"operation\":{\"failure-cause\":{\"class\":\"x.E\",\"stack-trace\":\"x.E: a\\n"
            + "Caused by: x.IOException: full\\n"
            + "\"}}}");

    assertThat(rest.statistics("a1").checkpoints()).isEqualTo(new Checkpoints(7, 6, "late"));
    assertThat(rest.statistics("b2").checkpoints()).isEqualTo(new Checkpoints(-1, -1, ""));
    assertThat(rest.newestSavepoint("a1")).contains("file:/s5");
    assertThat(rest.newestSavepoint("b2")).isEmpty();
    assertThat(rest.savepoint("a1", "r1")).contains("file:/s6");
    assertThat(rest.savepoint("a1", "r2")).isEmpty();
    assertThatThrownBy(() -> rest.savepoint("a1", "r3"))
        .isInstanceOf(CliError.class)
        .hasMessage("The savepoint failed: full");
  }

  @Test
  void readsWhyAJobFailed() throws Exception {
    answer(
        "/jobs/a1/exceptions",
        "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"x.IOException: gone\\n"
            + " at\",\"timestamp\":5000}]}}");
    answer("/jobs/b2/exceptions", "{\"exceptionHistory\":{\"entries\":[]}}");
    answer(
        "/jobs/b2/execution-result",
        "{\"job-execution-result\":{\"failure-cause\":{\"stack-trace\":\"x.SlotException: no"
            + " slots\"}}}");

    assertThat(rest.failure("a1", Instant.ofEpochMilli(5_000))).contains("gone");
    assertThat(rest.failure("a1", Instant.ofEpochMilli(5_001))).isEmpty();
    assertThat(rest.failureForGood("b2")).contains("no slots");
  }

  @Test
  void triggersAndReportsARejection() throws Exception {
    answer("/jobs/a1/savepoints", 202, "{\"request-id\":\"r1\"}");
    answer("/jobs/a1/stop", 404, "{\"errors\":[\"Not found.\",\"x.JobException: no job a1\"]}");

    assertThat(rest.triggerSavepoint("a1")).isEqualTo("r1");
    assertThatThrownBy(() -> rest.triggerStop("a1", false))
        .isInstanceOf(CliError.class)
        .hasMessageEndingWith("rejected the request: no job a1");
  }
}
