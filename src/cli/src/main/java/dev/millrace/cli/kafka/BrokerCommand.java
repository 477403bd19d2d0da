package dev.millrace.cli.kafka;

import dev.millrace.cli.console.Ports;
import dev.millrace.cli.console.StopSignal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a local broker. */
@Command(
    name = "broker",
    description = "Runs one local Kafka broker for tests. Ctrl-C stops it.",
    footer = {"", "Example:", "  ./millrace broker --port 9092 --data-dir ./kafka-data"})
public final class BrokerCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "9092",
      description = "Port on 127.0.0.1, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Directory of the topics (default: a temporary directory).")
  private @Nullable Path dataDir;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Ports.require(spec, port);
    try (StopSignal stop = new StopSignal();
        EmbeddedKafka kafka = EmbeddedKafka.start(port, dataDir)) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "Broker at %s, data in %s%s (Ctrl-C stops)%n",
          kafka.bootstrapServers(), kafka.dataDir(), kafka.isTemporary() ? " until it stops" : "");
      out.println("Next: ./millrace topics create -c PIPELINE.yaml");
      stop.await();
    }
    return 0;
  }
}
