package dev.millrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.cli.Cli;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Finding.State;
import dev.millrace.cli.console.Ports;
import dev.millrace.input.RegistrySpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

  @TempDir private Path dir;

  @Test
  void looksAtThisMachineWithoutAPipelineFileAndSaysWhatItDidNotLookAt() {
    Cli cli = Cli.run("doctor", "--state-dir", dir.resolve("state").toString());

    assertThat(cli.err()).isEmpty();
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out())
        .containsPattern("(?m)^ok       java        " + System.getProperty("java.version"))
        .containsPattern("(?m)^(ok|warning)  +simd        SIMD ")
        .containsPattern("(?m)^(ok|warning)  +disk        .* free for checkpoints \\(.*state\\)")
        .containsPattern("(?m)^ok       clock       \\d{4}-")
        .containsPattern("(?m)^\\d+ ok, \\d+ warnings?, 0 failed\\.$")
        .endsWith(
            "Not checked: brokers, topics and permissions."
                + " Name a pipeline file: ./millrace doctor -c FILE\n");
  }

  @Test
  void anAbsentBrokerFailsWithTheRemedyBelow() throws IOException {
    int free = Ports.free();

    Cli cli = Cli.run("doctor", "--bootstrap-server", "127.0.0.1:" + free, "--timeout", "1");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out())
        .contains(
            "failed   broker      No broker answered at 127.0.0.1:%d within 1 s (--bootstrap-server)."
                .formatted(free))
        .contains("→ Start one with: ./millrace broker --port " + free)
        .contains(" 1 failed.")
        .doesNotContain("\tat ");
  }

  @Test
  void aPipelineFileThatIsInvalidIsAFindingAndNotTheEnd() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("fraud.yaml"),
            "pipeline: fraud\nkafka: { bootstrap.servers: localhost:9092 }\n"
                + "input: { label: class }\nmetrics: { widow: 5 }\noutptu: 3\n");

    Cli cli = Cli.run("doctor", "-c", file.toString());

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.out())
        .contains("failed   pipeline    " + file + ":4  metrics.widow is not an option.")
        .contains("(and 1 more)")
        .contains("→ ./millrace validate -c " + file)
        .contains("ok       java");
  }

  @Test
  void aLoginThatTheRegistryReceivesInClearTextIsAWarning() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("fraud.yaml"),
            """
            pipeline: fraud
            kafka: { bootstrap.servers: "127.0.0.1:%1$d" }
            input:
              label: class
              registry: { url: "http://127.0.0.1:%1$d", basic-auth: "${env:PATH}" }
            """
                .formatted(Ports.free()));

    Cli cli = Cli.run("doctor", "--timeout=1", "-c", file.toString());

    assertThat(cli.out())
        .containsPattern(
            "warning +registry +http://127.0.0.1:\\d+ receives its login in clear text")
        .contains("→ Use an https address in input.registry.url.");
  }

  @Test
  void asJsonItIsOneObjectWithTheSameFindings() throws IOException {
    Cli cli =
        Cli.run("doctor", "--json", "--timeout=1", "--bootstrap-server=127.0.0.1:" + Ports.free());

    JsonNode json = new ObjectMapper().readTree(cli.out());
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(json.path("failed").asInt()).isEqualTo(1);
    JsonNode last = json.path("checks").path(json.path("checks").size() - 1);
    assertThat(last.path("check").asText()).isEqualTo("broker");
    assertThat(last.path("state").asText()).isEqualTo("failed");
    assertThat(last.path("remedy").asText()).startsWith("Start one with");
    assertThat(json.path("checks").path(0).path("remedy").isNull()).isTrue();
  }

  @Test
  void slowArithmeticIsAWarningThatNamesTheFlag() {
    assertThat(MachineChecks.module(true).state()).isEqualTo(State.OK);
    assertWarning(MachineChecks.module(false), "--add-modules jdk.incubator.vector");
    assertThat(MachineChecks.simd("SIMD 256 bit", 256, null).state()).isEqualTo(State.OK);
    assertWarning(
        MachineChecks.simd("SIMD off", 0, "this JVM has no 128 bit vectors. Remove -XX:MaxVector"),
        "This JVM has no 128 bit vectors. Remove -XX:MaxVector");
    assertWarning(MachineChecks.simd("SIMD off", 0, null), "Remove that property");
    assertWarning(MachineChecks.flags(List.of("-Xmx1g"), List.of()), "dontinline,dev.millrace");
    assertWarning(MachineChecks.memory(100L << 20), "JAVA_OPTS=-Xmx2g");
  }

  @Test
  void packagesThatStayClosedToFlinkAreAFailure() {
    String apart = "-XX:CompileCommand=dontinline,dev.millrace.simd.VectorKernels::*";

    assertThat(MachineChecks.flags(List.of(apart), List.of()).state()).isEqualTo(State.OK);
    assertThat(MachineChecks.flags(List.of(apart), List.of("java.util")))
        .satisfies(finding -> assertThat(finding.state()).isEqualTo(State.FAILED))
        .satisfies(finding -> assertThat(finding.remedy()).contains("java.base/java.util="));
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsAFailure() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");

    Finding finding = MachineChecks.disk("checkpoints", file.resolve("state"));

    assertThat(finding.state()).isEqualTo(State.FAILED);
    assertThat(finding.text()).contains("is not writable");
    assertThat(MachineChecks.disk("checkpoints", dir.resolve("a/b/c")).state())
        .isNotEqualTo(State.FAILED);
  }

  @Test
  void aClockFromBeforeTheReleaseIsAFailure() {
    Instant built = Instant.parse("2026-11-25T00:00:00Z");

    assertThat(MachineChecks.clock(Instant.parse("1970-01-01T00:03:00Z"), built).state())
        .isEqualTo(State.FAILED);
    assertThat(MachineChecks.clock(Instant.parse("2026-11-24T12:00:00Z"), built).state())
        .isEqualTo(State.OK);
    assertThat(MachineChecks.clock(Instant.parse("2026-01-01T00:00:00Z"), null).state())
        .isEqualTo(State.OK);
  }

  @Test
  void aPipelinesOwnRegistryIsAskedAsTheJobAsksIt() throws Exception {
    assertThat(ownRegistry(404, "{\"error_code\":40403}").state()).isEqualTo(State.OK);
    assertThat(ownRegistry(401, "{}"))
        .satisfies(finding -> assertThat(finding.state()).isEqualTo(State.FAILED))
        .satisfies(finding -> assertThat(finding.text()).contains(" answers 401"));
  }

  private static Finding ownRegistry(int status, String body) throws Exception {
    HttpServer server = serve("/schemas/ids/1", status, body);
    try {
      return RegistryCheck.of(
          new RegistrySpec(
              "http://127.0.0.1:" + server.getAddress().getPort(),
              null,
              null,
              RegistrySpec.Tls.DEFAULT,
              new RegistrySpec.Timing(2_000, 2_000, 100, 100, 100),
              10));
    } finally {
      server.stop(0);
    }
  }

  private static HttpServer serve(String path, int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        path,
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void assertWarning(Finding finding, String remedy) {
    assertThat(finding.state()).isEqualTo(State.WARNING);
    assertThat(finding.remedy()).contains(remedy);
  }
}
