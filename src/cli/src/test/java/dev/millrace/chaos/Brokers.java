package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.Ports;
import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/** Kafka brokers in processes of their own. Not thread-safe. */
final class Brokers implements AutoCloseable {

  /** Starts a broker's process. */
  @FunctionalInterface
  private interface Launch {
    MillraceProcess start() throws IOException;
  }

  /** Which brokers a fault needs. */
  @FunctionalInterface
  interface Kind {
    Brokers start(Path dir) throws Exception;
  }

  private final String bootstrapServers;
  private final List<Launch> launches;
  private final List<MillraceProcess> processes = new ArrayList<>();
  private final TcpProxy proxy;
  private final SmallDisk disk;

  private Brokers(String bootstrapServers, List<Launch> launches, TcpProxy proxy, SmallDisk disk)
      throws IOException {
    this.bootstrapServers = bootstrapServers;
    this.launches = launches;
    this.proxy = proxy;
    this.disk = disk;
    try {
      for (Launch launch : launches) {
        processes.add(launch.start());
      }
      awaitAll();
    } catch (AssertionError | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The {@code broker} command. */
  static Brokers one(Path dir) throws IOException {
    return command(dir, dir.resolve("broker"), null);
  }

  /** The {@code broker} command, with its data on a disk that can be filled. */
  static Brokers onSmallDisk(Path dir) throws IOException, InterruptedException {
    SmallDisk disk = SmallDisk.mount(dir.resolve("disk"), 96);
    return command(dir, disk.root().resolve("broker"), disk);
  }

  private static Brokers command(Path dir, Path data, SmallDisk disk) throws IOException {
    String port = "" + Ports.free();
    List<String> arguments = List.of("broker", "--port", port, "--data-dir", data.toString());
    Launch launch = () -> MillraceProcess.startUntil("Broker at ", dir, arguments);
    return new Brokers("127.0.0.1:" + port, List.of(launch), null, disk);
  }

  /** Three brokers that each have a copy of everything; two of them suffice to write. */
  static Brokers three(Path dir) throws IOException {
    List<Integer> ports = Ports.free(6);
    List<Integer> controllers = ports.subList(3, 6);
    return nodes(
        IntStream.range(0, 3)
            .mapToObj(id -> new KafkaNode(dir, id, ports.get(id), ports.get(id), controllers))
            .toList(),
        null);
  }

  /** One broker that clients reach through a proxy alone. */
  static Brokers behindProxy(Path dir) throws IOException {
    List<Integer> ports = Ports.free(2);
    TcpProxy proxy = new TcpProxy(ports.get(0));
    List<Integer> controllers = List.of(ports.get(1));
    return nodes(List.of(new KafkaNode(dir, 0, ports.get(0), proxy.port(), controllers)), proxy);
  }

  private static Brokers nodes(List<KafkaNode> nodes, TcpProxy proxy) throws IOException {
    nodes.forEach(KafkaNode::format);
    return new Brokers(
        nodes.stream()
            .map(node -> "127.0.0.1:" + node.advertised())
            .collect(Collectors.joining(",")),
        nodes.stream().map(node -> (Launch) node::start).toList(),
        proxy,
        null);
  }

  private void awaitAll() {
    assertThat(eventually(() -> nodesThatAnswer() == launches.size()))
        .as(() -> "%d brokers at %s".formatted(launches.size(), bootstrapServers))
        .isTrue();
  }

  private int nodesThatAnswer() throws Exception {
    try (Admin admin = admin()) {
      return admin.describeCluster().nodes().get(2, TimeUnit.SECONDS).size();
    }
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  /** A client that soon gives up. */
  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "request.timeout.ms", 5_000,
            "default.api.timeout.ms", 10_000));
  }

  int count() {
    return launches.size();
  }

  /** What stands between clients and the broker, if something does. */
  TcpProxy proxy() {
    return proxy;
  }

  /** The disk that holds the broker's data, if it is a small one. */
  SmallDisk disk() {
    return disk;
  }

  /** Kills a broker as nothing can prevent; returns the exit code. */
  int kill(int number) throws InterruptedException {
    return processes.get(number).kill();
  }

  /** Waits for a broker to end by itself; returns the exit code, or nothing if it does not. */
  String ended(int number) {
    MillraceProcess process = processes.get(number);
    return eventually(() -> !process.isAlive()) ? "exit code " + process.exitCode() : "alive";
  }

  /** Starts a broker that has ended on the data that it left. */
  void startAgain(int number) throws IOException {
    processes.set(number, launches.get(number).start());
  }

  /** Stops a broker in its tracks for a while; tells whether anything answered. */
  String pause(int number, int seconds) throws IOException, InterruptedException {
    processes.get(number).signal("STOP");
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      boolean over = eventually(() -> System.nanoTime() > end || answers());
      return over && System.nanoTime() > end ? "no answer" : "answered";
    } finally {
      processes.get(number).signal("CONT");
    }
  }

  private boolean answers() {
    Admin admin = admin();
    try {
      admin.describeCluster().nodes().get(1, TimeUnit.SECONDS);
      return true;
    } catch (Exception e) {
      return false;
    } finally {
      admin.close(Duration.ZERO); // else it waits for the answer, maybe for minutes
    }
  }

  @Override
  public void close() {
    processes.forEach(MillraceProcess::close);
    try {
      for (AutoCloseable part : Stream.of(proxy, disk).filter(part -> part != null).toList()) {
        part.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
