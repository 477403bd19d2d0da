package dev.millrace.cli.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Finding.State;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.run.StateOptions;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Printable;
import dev.millrace.input.RegistrySpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks machine, pipeline, brokers and topics. */
@Command(
    name = "doctor",
    description = {
      "Checks the requirements of a pipeline, and prints a remedy for each problem.",
      "Checks Java, its flags, SIMD, memory, disk and clock; with -c also the pipeline file,"
          + " brokers, topics, permissions and the newest records of the input topic. The exit code"
          + " is 1 if a check fails."
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace doctor -c fraud.yaml",
      "  ./millrace doctor -c fraud.yaml --acls > grant.sh",
      "  ./millrace doctor --bootstrap-server localhost:9092 --json"
    })
public final class DoctorCommand implements Callable<Integer> {
  @ArgGroup private Source source = new Source();

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Directory of checkpoints (default: " + StateOptions.DEFAULT + ").")
  private @Nullable Path stateDir;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Maximum wait for a broker (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  @Option(names = "--json", description = "Prints one JSON object instead of lines.")
  private boolean json;

  @Option(
      names = "--acls",
      description =
          "Prints a shell script of kafka-acls.sh lines that grants the pipeline its permissions,"
              + " and checks nothing.")
  private boolean acls;

  @Spec private CommandSpec spec;

  private final List<Finding> findings = new ArrayList<>();

  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        required = true,
        description = "Pipeline file to check, with its brokers, topics and permissions.")
    private @Nullable Path config;

    @Option(
        names = "--bootstrap-server",
        paramLabel = "HOST:PORT",
        required = true,
        description = "Brokers to check without a pipeline file.")
    private @Nullable String bootstrapServer;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (timeoutSeconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout must be at least 1, but was " + timeoutSeconds);
    }
    if (acls) {
      return printAcls();
    }
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    add(MachineChecks.all(StateOptions.directory(stateDir, source.config)));
    if (source.config != null) {
      checkPipeline(source.config, timeout);
    } else if (source.bootstrapServer != null) {
      Map<String, String> kafka = Map.of("bootstrap.servers", source.bootstrapServer);
      add(new BrokerChecks(kafka, timeout, null).all(null));
    }
    summarize();
    return count(State.FAILED) == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private int printAcls() {
    if (source.config == null || json) {
      throw new ParameterException(
          spec.commandLine(), "--acls needs -c FILE, and prints a script instead of checks");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(AclScript.of(PipelineFile.read(source.config), source.config.toString()));
    out.flush();
    return ExitCode.OK;
  }

  private void checkPipeline(Path config, Duration timeout) throws InterruptedException {
    Settings settings;
    try {
      settings = PipelineFile.read(config);
    } catch (InvalidPipelineException e) {
      List<String> lines = String.valueOf(e.getMessage()).lines().toList();
      // The last of several lines is their count.
      String more = lines.size() > 2 ? " (and %d more)".formatted(lines.size() - 2) : "";
      add(
          List.of(
              Finding.failed("pipeline", lines.get(0) + more, "./millrace validate -c " + config)));
      return;
    }
    add(List.of(Finding.ok("pipeline", config + " is valid")));
    add(new BrokerChecks(settings.kafka(), timeout, config).all(settings));
    RegistrySpec registry = settings.input().spec().registry();
    if (registry != null) {
      add(List.of(RegistryCheck.of(registry)));
      if (registry.exposesLogin()) {
        add(
            List.of(
                Finding.warning(
                    "registry",
                    registry.url() + " receives its login in clear text",
                    "Use an https address in input.registry.url.")));
      }
    }
  }

  /** Prints findings at once: the next check may wait for a broker. */
  private void add(List<Finding> more) {
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
    return Printable.json(json.toString());
  }

  private long count(State state) {
    return findings.stream().filter(finding -> finding.state() == state).count();
  }
}
