package dev.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * A metrics sink that throws at its next record once it is armed, and so makes the job restart.
 *
 * <p>Flink ships copies of a sink to the tasks; only what is static is seen from outside, so one
 * test at a time can use it.
 */
public final class FailingSink implements Sink<OutputRecord> {
  private static final long serialVersionUID = 1L;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicBoolean ARMED = new AtomicBoolean();
  private static final AtomicInteger BARRIERS = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static final Map<String, Integer> EXAMPLES = new ConcurrentHashMap<>();

  /** A sink that takes everything until it is armed. */
  public FailingSink() {
    ARMED.set(false);
    BARRIERS.set(0);
    FAILURES.set(0);
    EXAMPLES.clear();
  }

  public void arm() {
    ARMED.set(true);
  }

  /**
   * Checkpoint barriers that have passed; with the second one, the first checkpoint is complete.
   */
  public int barriers() {
    return BARRIERS.get();
  }

  public int failures() {
    return FAILURES.get();
  }

  /** Examples that the newest metrics of all keys count. */
  public int examples() {
    return EXAMPLES.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public SinkWriter<OutputRecord> createWriter(WriterInitContext context) {
    return new SinkWriter<>() {
      @Override
      public void write(OutputRecord record, Context writeContext) throws IOException {
        if (ARMED.getAndSet(false)) {
          FAILURES.incrementAndGet();
          throw new IOException("the failure that this test is about");
        }
        JsonNode metrics = JSON.readTree(record.value());
        EXAMPLES.put(metrics.path("key").asText(), metrics.path("examples").asInt());
      }

      @Override
      public void flush(boolean endOfInput) {
        BARRIERS.incrementAndGet();
      }

      @Override
      public void close() {}
    };
  }
}
