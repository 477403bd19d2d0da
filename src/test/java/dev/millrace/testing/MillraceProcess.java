package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Millrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A command of Millrace that runs in a process of its own, on the class path of the tests. */
public final class MillraceProcess implements AutoCloseable {
  /** Most of the time of short runs is the start of JVMs. */
  public static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final Path out;
  private final Path err;

  private MillraceProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts a command, and does not wait for it.
   *
   * @param dir for its output and its logs
   */
  public static MillraceProcess start(Path dir, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUICK_START);
    command.add("-Dmillrace.logs=" + dir.resolve("logs"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Millrace.class.getName());
    command.addAll(arguments);
    Path out = Files.createTempFile(dir, arguments.get(0), ".out");
    Path err = Files.createTempFile(dir, arguments.get(0), ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new MillraceProcess(process, out, err);
  }

  public long pid() {
    return process.pid();
  }

  public String out() {
    return read(out);
  }

  public String err() {
    return read(err);
  }

  /** Waits until the standard output holds a text; fails if the process ends before. */
  public void awaitOut(String text) {
    Awaitility.await().atMost(PATIENCE).until(() -> !process.isAlive() || out().contains(text));
    assertThat(out()).as(() -> out() + err()).contains(text);
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
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** Kills the process, as nothing can prevent; returns the exit code. */
  public int kill() throws InterruptedException {
    process.destroyForcibly();
    return awaitEnd();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
