package dev.millrace.chaos;

import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * One of several brokers, each a Kafka server as its distribution starts it, in a process of its
 * own.
 *
 * @param id from 0
 * @param port where it listens
 * @param advertised the port that it tells clients
 * @param controllers the ports of all nodes' controllers
 */
record KafkaNode(Path dir, int id, int port, int advertised, List<Integer> controllers) {
  private static final String HOST = "127.0.0.1";
  private static final String CONTROLLER = "CONTROLLER";
  private static final String CLUSTER = "bWlsbHJhY2UtY2hhb3MtMQ";

  /** Prepares its data directory. */
  void format() {
    try {
      Files.createDirectories(data());
      try (Writer out = Files.newBufferedWriter(file())) {
        properties().store(out, null);
      }
      new Formatter()
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .setNodeId(id)
          .setClusterId(CLUSTER)
          .addDirectory(data().toString())
          .setMetadataLogDirectory(data().toString())
          .setControllerListenerName(CONTROLLER)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  MillraceProcess start() throws IOException {
    return MillraceProcess.start(
        dir,
        "node-" + id,
        kafka.Kafka.class,
        List.of(
            "-Xmx256m",
            "-Dlog4j2.configurationFile=log4j2-cli.properties",
            "-Dmillrace.log.name=node-" + id),
        List.of(file().toString()));
  }

  private Path data() {
    return dir.resolve("node-" + id);
  }

  private Path file() {
    return dir.resolve("node-" + id + ".properties");
  }

  private Properties properties() {
    int nodes = controllers.size();
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", "" + id);
    p.put(
        "controller.quorum.voters",
        IntStream.range(0, nodes)
            .mapToObj(node -> "%d@%s:%d".formatted(node, HOST, controllers.get(node)))
            .collect(Collectors.joining(",")));
    p.put(
        "listeners",
        "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d".formatted(HOST, port, controllers.get(id)));
    p.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + advertised);
    p.put("controller.listener.names", CONTROLLER);
    p.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    p.put("log.dirs", data().toString());
    p.put("log.retention.ms", "-1");
    String maxNodes = "" + (nodes + 1) / 2;
    for (String log : List.of("offsets.topic", "transaction.state.log")) {
      p.put(log + ".replication.factor", "" + nodes);
      p.put(log + ".num.partitions", "4");
    }
    p.put("transaction.state.log.min.isr", maxNodes);
    p.put("default.replication.factor", "" + nodes);
    p.put("min.insync.replicas", maxNodes);
    p.put("broker.session.timeout.ms", "3000");
    p.put("broker.heartbeat.interval.ms", "500");
    p.put("log.cleaner.dedupe.buffer.size", "16777216");
    // How often it looks for transactions that are open for too long.
    p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    return p;
  }
}
