package dev.millrace.bench;

import dev.millrace.cli.Millrace;
import dev.millrace.cli.console.ChildProcess;
import dev.millrace.cli.console.CliError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A local broker in a separate process, which ends with this one. The processor time of the broker
 * does not count as this process's.
 */
final class BrokerProcess implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("Broker at (\\S+),");
  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  private final Process process;
  private final String bootstrapServers;

  private BrokerProcess(Process process, String bootstrapServers) {
    this.process = process;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts {@code millrace broker} on a free port.
   *
   * @param bound whether it runs on the processors that this process is bound to instead of all
   */
  static BrokerProcess start(boolean bound) throws IOException {
    List<String> command = new ArrayList<>();
    if (!bound && Files.isExecutable(TASKSET)) {
      command.addAll(List.of(TASKSET.toString(), "-c", "0-1023"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(BrokerProcess.class.getName(), "broker", "--port", "0"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    Matcher address = ADDRESS.matcher(line == null ? "" : line);
    if (!address.find()) {
      process.destroy();
      throw new CliError("The broker did not start: " + line);
    }
    return new BrokerProcess(process, address.group(1));
  }

  /** Runs a command that removes its data and ends when the parent process ends. */
  public static void main(String[] args) {
    ChildProcess.whenParentIsGone(() -> System.exit(ChildProcess.PARENT_IS_GONE));
    Millrace.main(args);
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
