package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Millrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A command of Millrace that runs in a process of its own, on the class path of the tests. */
public final class MillraceProcess implements AutoCloseable {
  /** Most of the time of short runs is the start of JVMs, and much of that is verification. */
  private static final List<String> QUICK_START =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote");

  private final Process process;
  private final Path out;
  private final Path err;

  private MillraceProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts a main class of the tests' class path.
   *
   * @param dir for its output and its logs
   * @param name of its output files
   */
  public static MillraceProcess start(
      Path dir, String name, Class<?> main, List<String> flags, List<String> arguments)
      throws IOException {
    String classPath = System.getProperty("java.class.path");
    return start(dir, name, classPath, main.getName(), flags, arguments, Map.of());
  }

  /**
   * Starts a main class of another class path.
   *
   * @param environment on top of that of the tests
   */
  public static MillraceProcess start(
      Path dir,
      String name,
      String classPath,
      String main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUICK_START);
    command.addAll(flags);
    command.add("-Dmillrace.logs=" + dir.resolve("logs"));
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    Path out = Files.createTempFile(dir, name, ".out");
    Path err = Files.createTempFile(dir, name, ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new MillraceProcess(builder.start(), out, err);
  }

  /**
   * Starts the {@code cluster} command with small processes, and returns when its job runs.
   *
   * @param dir for its output and its logs
   */
  public static MillraceProcess startCluster(
      Path dir, Path pipeline, Path stateDir, List<String> options) throws IOException {
    return startUntil("Watch ", dir, cluster(pipeline, stateDir, options));
  }

  /** Runs the {@code cluster} command to its end, which it is expected to find by itself. */
  public static MillraceProcess runCluster(
      Path dir, Path pipeline, Path stateDir, List<String> options)
      throws IOException, InterruptedException {
    MillraceProcess process =
        start(dir, "cluster", Millrace.class, List.of(), cluster(pipeline, stateDir, options));
    try {
      process.awaitEnd();
      return process;
    } finally {
      process.close();
    }
  }

  private static List<String> cluster(Path pipeline, Path stateDir, List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("cluster", "-c", pipeline.toString()));
    arguments.addAll(List.of("--port", "0", "--state-dir", stateDir.toString()));
    arguments.addAll(List.of("-D", "taskmanager.memory.process.size=1gb"));
    // Without the module the kernels are the scalar ones, which must give the same bits as those
    // of an undisturbed run.
    String flags = String.join(" ", QUICK_START);
    arguments.addAll(List.of("-D", "env.java.opts.jobmanager=" + flags));
    arguments.addAll(List.of("-D", "env.java.opts.taskmanager=" + flags));
    arguments.addAll(options);
    return arguments;
  }

  /**
   * Starts a command, and returns when its standard output holds a text.
   *
   * @param dir for its output and its logs
   */
  public static MillraceProcess startUntil(String text, Path dir, List<String> arguments)
      throws IOException {
    MillraceProcess process = start(dir, arguments.get(0), Millrace.class, List.of(), arguments);
    try {
      process.awaitOut(text);
      return process;
    } catch (AssertionError | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /** The process that is now a member of the cluster, such as {@code task manager 1}. */
  public ProcessHandle member(String member) {
    String pid = "(?:Process +%1$s, pid |The %1$s .* started again as pid )(\\d+)";
    return ProcessHandle.of(Long.parseLong(find(pid.formatted(member)))).orElseThrow();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The exit code of a process that has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  /** The processes that it has started, and theirs. */
  public List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  public String out() {
    return read(out);
  }

  public String err() {
    return read(err);
  }

  /** Waits until the standard output holds a text; fails if the process ends before. */
  public void awaitOut(String text) {
    await(out, text);
  }

  /** Waits until the standard error holds a text; fails if the process ends before. */
  public void awaitErr(String text) {
    await(err, text);
  }

  private void await(Path file, String text) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(() -> !process.isAlive() || read(file).contains(text));
    assertThat(read(file)).as(() -> out() + err()).contains(text);
  }

  /** The last group of the newest match in everything that the process wrote. */
  public String find(String pattern) {
    String all = out() + err();
    List<MatchResult> matches = Pattern.compile(pattern).matcher(all).results().toList();
    assertThat(matches).as("%s in %s", pattern, all).isNotEmpty();
    MatchResult newest = matches.get(matches.size() - 1);
    return newest.group(newest.groupCount());
  }

  /** Waits for the end; returns the exit code. */
  public int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(Patience.MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Asks the process to end, as an operator would; it may take its time. */
  public void terminate() {
    process.destroy();
  }

  /** Sends a signal, such as {@code STOP}: the process does nothing until {@code CONT}. */
  public void signal(String name) throws IOException, InterruptedException {
    signal(name, pid());
  }

  /** Sends it to the process, and then to those that it has started. */
  public void signalAll(String name) throws IOException, InterruptedException {
    signal(name);
    for (ProcessHandle member : descendants()) {
      signal(name, member.pid());
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + pid).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Kills the process, as nothing can prevent; returns the exit code. */
  public int kill() throws InterruptedException {
    process.destroyForcibly();
    return awaitEnd();
  }

  @Override
  public void close() {
    Programs.stop(process);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
