package dev.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands around a cluster say when something is wrong, before any process starts. */
class ClusterCommandsTest {
  @TempDir private Path dir;
  private HttpServer flink;
  private String address;
  private Path pipeline;

  @BeforeEach
  void startStandIn() throws IOException {
    flink = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    flink.start();
    address = "http://127.0.0.1:" + flink.getAddress().getPort();
    pipeline =
        Files.writeString(
            dir.resolve("shops.yaml"),
            "pipeline: shops\nkafka: { bootstrap.servers: \"127.0.0.1:1\" }\n"
                + "input: { label: label }\n");
  }

  @AfterEach
  void stopStandIn() {
    flink.stop(0);
  }

  @Test
  void moreSubtasksThanSlotsAreRejectedBeforeAnythingStarts() {
    Cli cli = Cli.run("cluster", "-c", pipeline.toString(), "--taskmanagers=2", "--parallelism=3");

    assertUsage(
        cli,
        "--parallelism 3 needs as many slots, but --taskmanagers 2 with --slots 1 have 2.\n"
            + "Try: ./millrace cluster --help\n");
  }

  @Test
  void absurdNumbersOfSlotsAreRejected() {
    Cli cli =
        Cli.run("cluster", "-c", pipeline.toString(), "--taskmanagers=70000", "--slots=70000");

    assertUsage(
        cli,
        "--taskmanagers 70000 with --slots 70000 have 4900000000 slots; 32768 are allowed.\n"
            + "Try: ./millrace cluster --help\n");
  }

  @Test
  void moreSubtasksThanKeyGroupsAreRejectedBeforeAnythingStarts() {
    String hint = ".\nTry: ./millrace cluster --help\n";

    assertUsage(
        Cli.run("cluster", "-c", pipeline.toString(), "--slots=721"),
        "--taskmanagers 1 with --slots 721 have 721 slots; a job has at most 720 subtasks. Use"
            + " fewer, or give --parallelism 720 as well"
            + hint);
    assertUsage(
        Cli.run("cluster", "-c", pipeline.toString(), "--slots=800", "--parallelism=721"),
        "--parallelism must be between 1 and 720, but was 721" + hint);
  }

  @Test
  void acceptsAsManySubtasksAsKeyGroups() {
    String file = pipeline.toString();
    String groups = "-Dpipeline.max-parallelism=721";

    Cli most = Cli.run("cluster", "-c", file, "--slots=800", "--parallelism=720", "--timeout=1");
    Cli more = Cli.run("cluster", "-c", file, "--slots=721", groups, "--timeout=1");

    assertThat(most.err()).contains("127.0.0.1:1");
    assertThat(more.err()).contains("127.0.0.1:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "32769", "99999999999"})
  void aNumberOfKeyGroupsThatFlinkDoesNotHaveIsRejected(String given) {
    assertUsage(
        Cli.run("cluster", "-c", pipeline.toString(), "-Dpipeline.max-parallelism=" + given),
        "-D pipeline.max-parallelism must be between 1 and 32768, but was %s.\n".formatted(given)
            + "Try: ./millrace cluster --help\n");
  }

  @ParameterizedTest
  @CsvSource({
    "rest.port=8090, --port",
    "execution.checkpointing.dir=file:///elsewhere, --state-dir",
    "state.backend.type=rocksdb, state.backend in the pipeline file",
    "parallelism.default=2, --parallelism",
    "taskmanager.numberOfTaskSlots=2, --slots"
  })
  void rejectsFlinkOptionsThatMillraceSetsItself(String option, String instead) {
    Cli cli = Cli.run("cluster", "-c", pipeline.toString(), "-D", option);

    assertUsage(
        cli,
        "-D %s is not for Flink alone. Use %s.\nTry: ./millrace cluster --help\n"
            .formatted(option.replaceFirst("=.*", ""), instead));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "security.ssl.internal.enabled",
        "security.ssl.rest.authentication-enabled",
        "rest.address",
        "rest.bind-address",
        "rest.bind-port",
        "jobmanager.rpc.port",
        "high-availability.type",
        "high-availability",
        "zookeeper.sasl.disable",
        "millrace.lease.holder"
      })
  void rejectsFlinkOptionsThatProtectTheCluster(String option) {
    Cli cli = Cli.run("cluster", "-c", pipeline.toString(), "-D", option + "=x");

    assertUsage(
        cli,
        "-D %s is not for Flink alone. The command sets it for processes on loopback.\n"
                .formatted(option)
            + "Try: ./millrace cluster --help\n");
  }

  @Test
  void aDirectoryWithoutMetadataIsNoSavepoint() {
    String expected =
        "--from-savepoint %s is neither a savepoint nor a checkpoint: there is no _metadata in it."
            .formatted(dir);

    assertThat(
            Cli.run("cluster", "-c", pipeline.toString(), "--from-savepoint", dir.toString()).err())
        .isEqualToIgnoringNewLines(expected);
    assertThat(Cli.run("cluster", "-c", pipeline.toString(), "--fresh", "--from-savepoint=x").err())
        .contains("mutually exclusive");
  }

  @Test
  void aPipelineWithoutAClusterGetsTheCommandThatStartsOne() {
    Cli cli = Cli.run("savepoint", "-c", pipeline.toString(), "--state-dir", dir.toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .startsWith("No cluster of pipeline shops runs with its state in " + dir.resolve("shops"))
        .contains("./millrace cluster -c " + pipeline, "./millrace run");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:8081",
        "localhost:8081",
        "http://127.0.0.1:99999",
        "https://127.0.0.1:8081",
        "http://two words"
      })
  void rejectsInvalidClusterAddresses(String given) {
    assertUsage(
        Cli.run("savepoint", "--cluster", given),
        "--cluster must be an address such as http://127.0.0.1:8081, but was %s.\n".formatted(given)
            + "Try: ./millrace savepoint --help\n");
  }

  @Test
  void whateverElseAnswersIsNotFlink() {
    answer("/jobs/overview", 200, "");

    assertThat(Cli.run("savepoint", "--cluster", address).err())
        .isEqualTo(
            "No Flink cluster answers at %s (what answers there is not Flink).\n"
                .formatted(address));
  }

  @Test
  void noAnswerIsAwaitedForLongerThanTheTimeout() throws Exception {
    try (ServerSocketChannel silent = Ports.bind(0)) {
      String there = "http://127.0.0.1:" + silent.socket().getLocalPort();

      assertThat(Cli.run("savepoint", "--cluster", there, "--timeout", "1").err())
          .isEqualTo("No Flink cluster answers at %s (nothing within 1 s).\n".formatted(there));
    }
  }

  @Test
  void stopWantsToKnowHow() {
    assertUsage(
        Cli.run("stop", "--cluster", address),
        "Missing required argument (specify one of these): (--savepoint | --drain | --force).\n"
            + "Try: ./millrace stop --help\n");
    assertUsage(
        Cli.run("stop", "--savepoint"),
        "Which cluster? Give -c FILE, or --cluster http://127.0.0.1:PORT.\n"
            + "Try: ./millrace stop --help\n");
  }

  @Test
  void anAddressWhereNothingListensIsOneLine() {
    flink.stop(0);

    Cli cli = Cli.run("savepoint", "--cluster", address);

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualTo("No Flink cluster answers at %s (nothing listens there).\n".formatted(address));
  }

  @Test
  void theJobIsTheOnlyOneOrThePipelines() {
    answer(
        "/jobs/overview",
        200,
        "{'jobs':[{'jid':'1','name':'millrace a','state':'RUNNING'},"
            + "{'jid':'2','name':'millrace b','state':'RUNNING'},"
            + "{'jid':'3','name':'millrace shops','state':'FINISHED'}]}");

    assertThat(Cli.run("savepoint", "--cluster", address).err())
        .isEqualToIgnoringNewLines(
            "More than one job runs at %s: millrace a, millrace b. Name the pipeline with -c FILE."
                .formatted(address));
    assertThat(Cli.run("savepoint", "--cluster", address, "-c", pipeline.toString()).err())
        .isEqualToIgnoringNewLines("No job of pipeline shops runs at %s.".formatted(address));
  }

  @Test
  void aSavepointIsPrintedAsAPathAndItsFailureAsTheInnermostCause() {
    answer("/jobs/overview", 200, "{'jobs':[{'jid':'1','name':'millrace a','state':'RUNNING'}]}");
    answer("/jobs/1/savepoints", 202, "{'request-id':'r'}");
    answer("/jobs/1/savepoints/r", 200, "{'operation':{'location':'file:/state/savepoint-1'}}");
    answer("/jobs/1/stop", 202, "{'request-id':'s'}");
    answer(
        "/jobs/1/savepoints/s",
        200,
        "{'operation':{'failure-cause':{'stack-trace':'java.util.concurrent.CompletionException:"
            + " x\\n\\tat a.b\\nCaused by: java.io.IOException: No space left on device\\n'}}}");

    assertThat(Cli.run("savepoint", "--cluster", address).out()).isEqualTo("/state/savepoint-1\n");
    Cli stop = Cli.run("stop", "--cluster", address, "--savepoint");
    assertThat(stop.exitCode()).isEqualTo(1);
    assertThat(stop.err()).isEqualTo("The savepoint failed: No space left on device\n");
  }

  @Test
  void rescaleNeedsSlotsAndTheAdaptiveScheduler() {
    answer("/jobs/overview", 200, "{'jobs':[{'jid':'1','name':'millrace a','state':'RUNNING'}]}");
    answer("/overview", 200, "{'slots-total':2}");
    answer(
        "/jobs/1/resource-requirements",
        500,
        "{'errors':['Internal server error.','java.lang.UnsupportedOperationException:"
            + " The DefaultScheduler does not support that\\n\\tat a.b\\n']}");

    Cli tooMany = Cli.run("rescale", "--cluster", address, "--parallelism", "3");
    assertThat(tooMany.exitCode()).isEqualTo(2);
    assertThat(tooMany.err()).contains("needs as many slots").contains("has 2").hasLineCount(1);
    Cli refused = Cli.run("rescale", "--cluster", address, "--parallelism", "2");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualToIgnoringNewLines(
            "The cluster at %s rejected the request: The DefaultScheduler does not support that"
                .formatted(address));
  }

  @Test
  void aTimeoutNamesTheFailureOfTheJob() {
    answer("/jobs/overview", 200, "{'jobs':[{'jid':'1','name':'millrace a','state':'RUNNING'}]}");
    answer("/overview", 200, "{'slots-total':2}");
    answer("/jobs/1", 200, "{'vertices':[{'parallelism':1}]}");
    answer("/jobs/1/resource-requirements", 200, "{}");
    answer("/jobs/1/checkpoints", 202, "{}");
    answer(
        "/jobs/1/exceptions",
        200,
        "{'exceptionHistory':{'entries':[{'timestamp':%d,'stacktrace':'java.lang.Exception: x"
                .formatted(Long.MAX_VALUE / 2)
            + "\\nCaused by: org.rocksdb.RocksDBException: File name too long\\n'}]}}");

    Cli rescale = Cli.run("rescale", "--cluster", address, "--parallelism", "2", "--timeout", "1");

    assertThat(rescale.exitCode()).isEqualTo(1);
    assertThat(rescale.err())
        .isEqualToIgnoringNewLines(
            ("rescale: not complete after 1 s (the job has failed meanwhile: File name too long)."
                    + " Wait longer with --timeout SECONDS; look at %s.")
                .formatted(address));
  }

  @Test
  void aJobThatFailsBeforeItRunsReportsWhy() throws Exception {
    answer("/jobs/1/exceptions", 200, "{'exceptionHistory':{'entries':[],'truncated':false}}");
    answer(
        "/jobs/1/execution-result",
        200,
        "{'status':{'id':'COMPLETED'},'job-execution-result':{'failure-cause':{'stack-trace':"
            + "'java.util.concurrent.CompletionException: java.lang.IllegalStateException: x\\n"
            + "Caused by: java.lang.IllegalStateException: Max parallelism mismatch\\n'}}}");
    answer("/jobs/2/exceptions", 200, "{'exceptionHistory':{'entries':[]}}");
    answer("/jobs/2/execution-result", 200, "{'status':{'id':'COMPLETED'}}");
    FlinkRest rest = new FlinkRest(URI.create(address), FlinkRest.MAX_SECONDS);

    assertThat(rest.failureForGood("1")).contains("Max parallelism mismatch");
    assertThat(rest.failureForGood("2")).isEmpty();
  }

  private void answer(String path, int status, String json) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    flink.createContext(
        path,
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  private static void assertUsage(Cli cli, String err) {
    assertThat(cli.err()).isEqualToNormalizingNewlines(err);
    assertThat(cli.exitCode()).isEqualTo(2);
  }
}
