package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.PrivateDirectory;
import dev.millrace.cli.console.TemporaryDirectories;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Kafka broker in this JVM, with the production classes: KRaft, broker and controller combined,
 * reachable from this machine only. The only class that uses broker internals.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final String CONTROLLER = "CONTROLLER";
  private static final String OPEN = "PLAINTEXT";
  private static final String HOST = Ports.HOST;
  private static final int NODE_ID = 1;
  private static final String LOCK = ".millrace.lock";
  private static final long SECONDS_TO_ANSWER = 60;
  // Shorter than the wait after Ctrl-C; the default is five minutes.
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

  private final Path dataDir;
  private final boolean temporary;
  private final ServerSocketChannel brokerSocket;
  private final ServerSocketChannel controllerSocket;
  private final int port;
  private final int controllerPort;
  private final Map<String, String> more;
  private @Nullable FileChannel lock;
  private @Nullable BrokerServer broker;
  private @Nullable ControllerServer controller;

  private EmbeddedKafka(
      Path dataDir,
      boolean temporary,
      ServerSocketChannel brokerSocket,
      ServerSocketChannel controllerSocket,
      Map<String, String> more) {
    this.dataDir = dataDir;
    this.more = more;
    this.temporary = temporary;
    this.brokerSocket = brokerSocket;
    this.controllerSocket = controllerSocket;
    this.port = brokerSocket.socket().getLocalPort();
    this.controllerPort = controllerSocket.socket().getLocalPort();
  }

  /**
   * Starts a broker on 127.0.0.1 and returns when it answers.
   *
   * @param port 0 for any free port
   * @param dataDir directory of the topics; null for a temporary directory that {@link #close}
   *     removes
   * @throws CliError if the port is taken, or the directory is in use or has other content
   */
  public static EmbeddedKafka start(int port, @Nullable Path dataDir) {
    return start(port, dataDir, Map.of());
  }

  /**
   * Starts a broker with additional properties.
   *
   * @param more overrides the usual properties, except that {@code listeners} and {@code
   *     listener.security.protocol.map} are appended
   */
  public static EmbeddedKafka start(int port, @Nullable Path dataDir, Map<String, String> more) {
    // Sockets first: a port in use is found before anything is written, and no other process can
    // take a port between its choice and the broker's start.
    ServerSocketChannel brokerSocket = bind(port);
    ServerSocketChannel controllerSocket = bind(0);
    EmbeddedKafka kafka = null;
    try {
      Path dir =
          dataDir == null ? TemporaryDirectories.create("millrace-broker-") : usable(dataDir);
      kafka = new EmbeddedKafka(dir, dataDir == null, brokerSocket, controllerSocket, more);
      haltBy(dir);
      kafka.lockDataDir();
      kafka.startServers();
      kafka.awaitAnswer();
      return kafka;
    } catch (Exception | LinkageError e) {
      if (kafka != null) {
        kafka.close();
      }
      closeQuietly(brokerSocket);
      closeQuietly(controllerSocket);
      throw startError(e);
    }
  }

  /** Returns the broker's address, such as {@code 127.0.0.1:9092}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** Returns the address of an additional listener. */
  String bootstrapServers(String listener) {
    return HOST + ":" + Objects.requireNonNull(broker).boundPort(new ListenerName(listener));
  }

  public Path dataDir() {
    return dataDir;
  }

  /** Returns true if {@link #close} removes the data. */
  public boolean isTemporary() {
    return temporary;
  }

  @Override
  public void close() {
    if (broker != null) {
      broker.shutdown(SHUTDOWN_TIMEOUT);
      broker = null;
    }
    if (controller != null) {
      controller.shutdown();
      controller = null;
    }
    closeQuietly(lock);
    if (temporary) {
      TemporaryDirectories.delete(dataDir);
    }
  }

  // The broker locks its directory after the controller has written to it: a second broker would
  // damage the metadata of the first.
  private void lockDataDir() throws IOException {
    FileChannel channel =
        FileChannel.open(
            dataDir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock = channel;
    FileLock held = null;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException inThisJvm) {
      // Reported below.
    }
    if (held == null) {
      throw new CliError("Another broker is using --data-dir " + dataDir + ".");
    }
  }

  // A broker without its data directory (removed, full, broken) halts the JVM without a message.
  private static void haltBy(Path dir) throws ReflectiveOperationException {
    Class<?> exit;
    try {
      exit = Class.forName("org.apache.kafka.common.utils.internals.Exit");
    } catch (ClassNotFoundException upToKafka43) {
      exit = Class.forName("org.apache.kafka.common.utils.Exit");
    }
    Class<?> procedure = Class.forName(exit.getName() + "$Procedure");
    Object handler =
        Proxy.newProxyInstance(
            exit.getClassLoader(),
            new Class<?>[] {procedure},
            (proxy, method, arguments) -> {
              halt((int) arguments[0], dir);
              return null;
            });
    exit.getMethod("setHaltProcedure", procedure).invoke(null, handler);
  }

  private static void halt(int status, Path dir) {
    System.err.printf(
        "The broker failed; look at its data directory %s and the log %s.%n", dir, LogFile.file());
    Runtime.getRuntime().halt(status);
  }

  private void startServers() throws Exception {
    KafkaConfig config = new KafkaConfig(properties(), false);
    formatOnce();
    var logDirs =
        KafkaRaftServer.initializeLogDirs(
            config, LoggerFactory.getLogger(EmbeddedKafka.class), "[millrace] ");
    var metrics =
        Server.initializeMetrics(config, Time.SYSTEM, logDirs._1().clusterId().orElseThrow());
    SharedServer shared =
        new SharedServer(
            config,
            logDirs._1(),
            Time.SYSTEM,
            metrics,
            CompletableFuture.completedFuture(
                Map.of(NODE_ID, new InetSocketAddress(HOST, controllerPort))),
            List.of(),
            // The standard handler halts the JVM.
            (name, fatal, action) -> new LoggingFaultHandler(name, action),
            socketFactory());
    BrokerServer brokerServer = new BrokerServer(shared);
    broker = brokerServer;
    ControllerServer controllerServer =
        new ControllerServer(shared, KafkaRaftServer.configSchema(), logDirs._2());
    controller = controllerServer;
    controllerServer.startup();
    brokerServer.startup();
  }

  private ServerSocketFactory socketFactory() {
    return (listener, address, backlog, receiveBuffer) ->
        switch (listener) {
          case CONTROLLER -> controllerSocket;
          case OPEN -> brokerSocket;
          default ->
              ServerSocketFactory.INSTANCE.openServerSocket(
                  listener, address, backlog, receiveBuffer);
        };
  }

  private Properties properties() {
    String brokerAddress = "PLAINTEXT://" + bootstrapServers();
    String controllerAddress = HOST + ":" + controllerPort;
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", Integer.toString(NODE_ID));
    p.put("controller.quorum.voters", NODE_ID + "@" + controllerAddress);
    p.put("listeners", brokerAddress + "," + CONTROLLER + "://" + controllerAddress);
    p.put("controller.listener.names", CONTROLLER);
    p.put("listener.security.protocol.map", CONTROLLER + ":PLAINTEXT,PLAINTEXT:PLAINTEXT");
    p.put("log.dirs", dataDir.toString());
    p.put("auto.create.topics.enable", "false");
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("transaction.state.log.num.partitions", "4");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("group.initial.rebalance.delay.ms", "0");
    // Replayed data has old timestamps: a time limit would delete it at once.
    p.put("log.retention.ms", "-1");
    p.put("num.network.threads", "2");
    p.put("num.io.threads", "2");
    p.put("background.threads", "2");
    p.put("log.cleaner.dedupe.buffer.size", "16777216");
    // A killed broker may register again only after this long without heartbeats (default 9 s).
    p.put("broker.session.timeout.ms", "3000");
    p.put("broker.heartbeat.interval.ms", "500");
    more.forEach(
        (key, value) -> {
          boolean isList = key.equals("listeners") || key.equals("listener.security.protocol.map");
          p.put(key, isList ? p.get(key) + "," + value : value);
        });
    return p;
  }

  private void formatOnce() throws Exception {
    if (Files.exists(dataDir.resolve("meta.properties"))) {
      return;
    }
    new Formatter()
        .setPrintStream(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()))
        .setNodeId(NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(dataDir.toString())
        .setMetadataLogDirectory(dataDir.toString())
        .setControllerListenerName(CONTROLLER)
        .run();
  }

  private void awaitAnswer() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin.describeCluster().nodes().get(SECONDS_TO_ANSWER, TimeUnit.SECONDS);
    }
  }

  private static ServerSocketChannel bind(int port) {
    ServerSocketChannel channel = Ports.bind(port);
    try {
      channel.configureBlocking(false); // the broker waits for connections with a selector
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return channel;
  }

  private static Path usable(Path dataDir) throws IOException {
    Path dir = dataDir.toAbsolutePath().normalize();
    PrivateDirectory.create(dir);
    boolean hasBroker =
        Files.exists(dir.resolve("meta.properties")) || Files.exists(dir.resolve(LOCK));
    try (Stream<Path> entries = Files.list(dir)) {
      if (!hasBroker && entries.findAny().isPresent()) {
        throw new CliError(
            "--data-dir "
                + dataDir
                + " is not empty and has no broker data. Name an empty or a new directory.");
      }
    }
    return dir;
  }

  private static CliError startError(Throwable e) {
    if (e instanceof CliError error) {
      return error;
    }
    return new CliError("The broker did not start: " + e + " (more in " + LogFile.file() + ")", e);
  }

  private static void closeQuietly(@Nullable Closeable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (IOException e) {
      // Nothing depends on it any more.
    }
  }
}
