package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.dashboard.DashboardServer;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MillraceTest {
  @TempDir private Path dir;

  @Test
  void everyCommandShowsAnExampleInItsHelp() {
    for (List<String> command : commands(Millrace.commandLine(), List.of())) {
      List<String> args = new ArrayList<>(command);
      args.add("--help");

      Cli help = Cli.run(args.toArray(String[]::new));

      assertThat(help.exitCode()).isZero();
      assertThat(help.out()).contains("Example", "  ./millrace ");
    }
  }

  @Test
  void everyCommandIsSummedUpInAWholeSentence() {
    for (List<String> command : commands(Millrace.commandLine(), List.of())) {
      CommandLine line = Millrace.commandLine();
      for (String name : command) {
        line = line.getSubcommands().get(name);
      }

      // The list of commands shows no more than this.
      assertThat(line.getCommandSpec().usageMessage().description()[0]).endsWith(".");
    }
  }

  @Test
  void numbersLookTheSameInEveryCountry() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("p.yaml"),
            "pipeline: p\nkafka: { bootstrap.servers: \"h:9092\" }\ninput: { label: y }\n");

    String said =
        ChildJvm.run(
            Millrace.class,
            List.of("-Duser.language=ar", "-Duser.country=SA", "-Dmillrace.logs=" + dir),
            "validate",
            "-c",
            file.toString());

    assertThat(said).contains("window of 1000");
  }

  @Test
  void aPositiveClassThatTheFileLacksIsRejected() throws IOException {
    Path file = dir.resolve("pay.csv");
    Files.writeString(file, "amount,class\n1,ok\n2,fraud\n");

    Cli evaluate =
        Cli.run(
            "evaluate", "--input", file.toString(), "--label", "class", "--positive-class", "frau");

    assertThat(evaluate.exitCode()).isEqualTo(2);
    assertThat(evaluate.err())
        .isEqualTo(
            "--positive-class \"frau\" is not a class of "
                + file
                + ". Did you mean \"fraud\"? Classes: fraud, ok\n");
  }

  @Test
  void helpIsACommandToo() {
    assertThat(Cli.run("help")).isEqualTo(Cli.run("--help"));
    assertThat(Cli.run("help", "init")).isEqualTo(Cli.run("init", "--help"));
    assertThat(Cli.run("help", "topics", "create"))
        .isEqualTo(Cli.run("topics", "create", "--help"));
    assertThat(Cli.run("help").out()).contains("Start here:");
    assertUsage(
        "watsh is not expected here. Did you mean watch?\nTry: ./millrace --help\n",
        "help",
        "watsh");
  }

  @Test
  void showsTheVersions() {
    assertThat(Cli.run("--version").out())
        .contains("Millrace ")
        .contains("Java " + System.getProperty("java.version"));
  }

  @Test
  void wrongUsageIsOneLineAndAHintWithExitCode2() {
    assertUsage("A command is missing.\nTry: ./millrace --help\n");
    assertUsage(
        "watsh is not expected here. Did you mean watch?\nTry: ./millrace --help\n", "watsh");
    assertUsage(
        "--prt is not an option here. Did you mean --port?\nTry: ./millrace broker --help\n",
        "broker",
        "--prt",
        "1");
    assertUsage(
        "--port must be between 0 (any free port) and 65535, but was 70000.\n"
            + "Try: ./millrace broker --help\n",
        "broker",
        "--port",
        "70000");
    assertUsage(
        "Missing required argument (specify one of these): (-c=FILE | (--bootstrap-server=HOST:PORT"
            + " [--pipeline=NAME])).\n"
            + "Try: ./millrace watch --help\n",
        "watch");
    assertUsage(
        "--task must be one of binary, multiclass, regression, multilabel, but was foo.\n"
            + "Try: ./millrace evaluate --help\n",
        "evaluate",
        "--input=x.csv",
        "--task=foo");
    assertUsage(
        "--parallelism must be between 1 and 720, but was 721.\n" + "Try: ./millrace run --help\n",
        "run",
        "-c=x.yaml",
        "--parallelism=721");
    assertUsage(
        "A command is missing: topics create, list or describe.\nTry: ./millrace topics --help\n",
        "topics");
    assertUsage(
        "--rate must be above 0, but was -1.0.\nTry: ./millrace produce --help\n",
        "produce",
        "--bootstrap-server=localhost:1",
        "--input=x.csv",
        "--label=y",
        "--rate=-1");
  }

  @Test
  void labelsAreNotSentApartToAPipelineThatDoesNotJoinThem() throws IOException {
    Path file = dir.resolve("plain.yaml");
    Files.writeString(
        file, "pipeline: plain\nkafka: { bootstrap.servers: localhost:1 }\ninput: { label: y }\n");

    assertUsage(
        ("--label-delay needs input.labels in %s, such as labels: { topic: fraud.labels };"
                + " see docs/late-labels.md.%nTry: ./millrace produce --help%n")
            .formatted(file),
        "produce",
        "-c=" + file,
        "--input=x.csv",
        "--label-delay=1s");
  }

  @Test
  void anInvalidPipelineFileIsReportedWithExitCode2() throws IOException {
    Path file = Files.writeString(dir.resolve("fraud.yaml"), "pipeline: fraud\n");

    Cli cli = Cli.run("topics", "create", "-c", file.toString());

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("input is missing");
  }

  @Test
  void anAbsentBrokerIsOneLineWithTheCommandThatStartsOne() throws IOException {
    int free = Ports.free();

    Cli cli = Cli.run("watch", "--bootstrap-server", "127.0.0.1:" + free, "--timeout", "1");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualToIgnoringNewLines(
            ("No broker answered at 127.0.0.1:%d within 1 s (--bootstrap-server)."
                    + " Start one with: ./millrace broker --port %d")
                .formatted(free, free));
  }

  @Test
  void aListeningPortIsNotReportedAsAnAbsentBroker() throws IOException {
    try (ServerSocketChannel silent = Ports.bind(0)) {
      int port = silent.socket().getLocalPort();

      Cli cli = Cli.run("watch", "--bootstrap-server", "127.0.0.1:" + port, "--timeout", "1");

      assertThat(cli.exitCode()).isEqualTo(1);
      assertThat(cli.err())
          .isEqualToIgnoringNewLines(
              ("No broker answered at 127.0.0.1:%d within 1 s (--bootstrap-server). The port"
                      + " accepts connections: if that is a broker, compare security.protocol with"
                      + " that of its listener, and look at its log.")
                  .formatted(port));
    }
  }

  @Test
  void aSilentBrokerIsReported() {
    TimeoutException timeout = new TimeoutException("Failed to get offsets by times in 15000ms");

    assertThat(BrokerCheck.failure("Topic t cannot be read", timeout))
        .hasMessage(
            "Topic t cannot be read: no broker answered in time: Failed to get offsets by times in"
                + " 15000ms");
  }

  @Test
  void waitingForABrokerIsReported() throws IOException {
    int free = Ports.free();
    Path csv = Files.writeString(dir.resolve("rows.csv"), "a,b\n1,x\n2,y\n");

    Cli cli =
        Cli.run(
            "produce",
            "--bootstrap-server",
            "127.0.0.1:" + free,
            "--input",
            csv.toString(),
            "--label",
            "b",
            "--timeout",
            "5");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err().lines())
        .containsExactly(
            "No broker at 127.0.0.1:%d accepts connections; waiting up to 5 s.".formatted(free),
            ("No broker answered at 127.0.0.1:%d within 5 s (--bootstrap-server)."
                    + " Start one with: ./millrace broker --port %d")
                .formatted(free, free));
  }

  @Test
  void anInvalidBrokerAddressIsWrongUsage() {
    Cli cli = Cli.run("watch", "--bootstrap-server", "localhost");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith("localhost cannot be used as a broker address");
  }

  @Test
  void aPortInUseIsOneLineThatNamesTheOption() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Cli cli = Cli.run("broker", "--port", Integer.toString(taken.getLocalPort()));

      assertThat(cli.exitCode()).isEqualTo(1);
      assertThat(cli.err())
          .isEqualToIgnoringNewLines(
              "Port %d on 127.0.0.1 cannot be used: Address already in use. Choose another one; 0 is any free port."
                  .formatted(taken.getLocalPort()));
    }
  }

  @Test
  void anAddressOfAnotherMachineIsNotSaidToBeAPortInUse() {
    // Of a range that is kept for documentation (RFC 5737).
    assertThatThrownBy(() -> new DashboardServer("192.0.2.1", 8090))
        .isInstanceOf(CliError.class)
        .hasMessage("--host 192.0.2.1 is not an address of this machine.");
    // Of a domain that never is (RFC 6761).
    assertThatThrownBy(() -> new DashboardServer("page.invalid", 8090))
        .isInstanceOf(CliError.class)
        .hasMessage("--host page.invalid is an unknown address.");
  }

  @Test
  void debugAddsTheStackTrace() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(Cli.run("broker", "--port", port).err()).doesNotContain("\tat ");
      assertThat(Cli.run("broker", "--port", port, "--debug").err()).contains("\tat ");
    }
  }

  @Test
  void anUnexpectedFailureIsOneLineAndTheWayToTheStackTrace() {
    CommandLine commandLine = Millrace.commandLine();
    commandLine.addSubcommand("fail", new Failing());
    java.io.StringWriter err = new java.io.StringWriter();
    commandLine.setErr(new java.io.PrintWriter(err, true));

    assertThat(commandLine.execute("fail")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "Unexpected: java.lang.IllegalStateException: broken",
            "Run it again with --debug for the stack trace. The log is " + LogFile.file() + ".");
  }

  @CommandLine.Command
  static final class Failing implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("broken\nsecond line");
    }
  }

  private static void assertUsage(String err, String... args) {
    Cli cli = Cli.run(args);
    assertThat(cli.err()).isEqualToNormalizingNewlines(err);
    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.out()).isEmpty();
  }

  private static List<List<String>> commands(CommandLine parent, List<String> path) {
    List<List<String>> all = new ArrayList<>(List.of(path));
    parent
        .getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> below = new ArrayList<>(path);
              below.add(name);
              all.addAll(commands(command, below));
            });
    return all;
  }
}
