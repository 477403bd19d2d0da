package dev.millrace.cli.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Finding.State;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.run.StateOptions;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.RegistrySpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at all that a pipeline needs, and says how to mend what is wrong. */
@Command(
    name = "doctor",
    description = {
      "Checks what a pipeline needs, and says how to mend what is wrong.",
      "Java, its flags, SIMD, memory, disk and clock; with -c also the pipeline file, brokers,"
          + " topics, permissions and the newest records of the input topic. The exit code is 1 if a check failed."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace doctor -c fraud.yaml",
      "  ./millrace doctor --bootstrap-server localhost:9092 --json"
    })
public final class DoctorCommand implements Callable<Integer> {
  @ArgGroup private Source source = new Source();

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Where checkpoints are to go (default: " + StateOptions.DEFAULT + ").")
  private Path stateDir;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(names = "--json", description = "One JSON object instead of lines.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final List<Finding> findings = new ArrayList<>();

  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        required = true,
        description = "Pipeline file: it, its brokers, topics and permissions.")
    private Path config;

    @Option(
        names = "--bootstrap-server",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Brokers, where there is no pipeline file.")
    private String bootstrapServer;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    found(MachineChecks.all(StateOptions.directory(stateDir, source.config)));
    if (source.config != null) {
      checkPipeline(timeout);
    } else if (source.bootstrapServer != null) {
      Map<String, String> kafka = Map.of("bootstrap.servers", source.bootstrapServer);
      found(new BrokerChecks(kafka, timeout, null).all(null));
    }
    summarize();
    return count(State.FAILED) == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void checkPipeline(Duration timeout) throws InterruptedException {
    Settings settings;
    try {
      settings = PipelineFile.read(source.config);
    } catch (InvalidPipelineException e) {
      List<String> lines = e.getMessage().lines().toList();
      // The last line counts them where there are several.
      String more = lines.size() > 2 ? " (and %d more)".formatted(lines.size() - 2) : "";
      found(
          List.of(
              Finding.failed(
                  "pipeline", lines.get(0) + more, "./millrace validate -c " + source.config)));
      return;
    }
    found(List.of(Finding.ok("pipeline", source.config + " is valid")));
    found(new BrokerChecks(settings.kafka(), timeout, source.config).all(settings));
    RegistrySpec own = settings.input().spec().registry();
    if (own != null) {
      found(List.of(RegistryCheck.of(own)));
      if (own.exposesLogin()) {
        found(
            List.of(
                Finding.warning(
                    "registry",
                    own.url() + " receives its login in clear text",
                    "Use an https address in input.registry.url.")));
      }
    }
  }

  /** Shows what was found at once, for the next check may wait for a broker. */
  private void found(List<Finding> more) {
    findings.addAll(more);
    PrintWriter out = spec.commandLine().getOut();
    for (Finding finding : json ? List.<Finding>of() : more) {
      out.printf("%-8s %-11s %s%n", finding.state().id(), finding.check(), finding.text());
      if (finding.remedy() != null) {
        out.printf("%-8s %-11s → %s%n", "", "", finding.remedy());
      }
    }
    out.flush();
  }

  private void summarize() {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(toJson());
      return;
    }
    out.printf(
        "%d ok, %s, %d failed.%n",
        count(State.OK), Plural.of(count(State.WARNING), "warning"), count(State.FAILED));
    if (source.config == null) {
      out.println(
          "Not checked: "
              + (source.bootstrapServer == null ? "brokers, " : "")
              + "topics and permissions. Name a pipeline file: ./millrace doctor -c FILE");
    }
  }

  private String toJson() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    for (State state : State.values()) {
      json.put(state.id(), count(state));
    }
    ArrayNode checks = json.putArray("checks");
    findings.forEach(finding -> finding.writeTo(checks.addObject()));
    return Terminal.printableJson(json.toString());
  }

  private long count(State state) {
    return findings.stream().filter(finding -> finding.state() == state).count();
  }
}
