package dev.millrace.cli.evaluate;

import dev.millrace.codec.OutputRecord;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Sink that passes records to a consumer in this process.
 *
 * <p>Flink serializes sinks, so the sink has the number of its consumer instead of the consumer.
 */
public final class LocalSink implements Sink<OutputRecord>, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private static final AtomicLong NEXT = new AtomicLong();
  private static final Map<Long, Consumer<OutputRecord>> CONSUMERS = new ConcurrentHashMap<>();

  private final long number = NEXT.incrementAndGet();

  /**
   * @param consumer called by the job's threads, one at a time for a parallelism of 1
   */
  public LocalSink(Consumer<OutputRecord> consumer) {
    CONSUMERS.put(number, consumer);
  }

  @Override
  public SinkWriter<OutputRecord> createWriter(WriterInitContext context) {
    Consumer<OutputRecord> consumer = Objects.requireNonNull(CONSUMERS.get(number));
    return new SinkWriter<>() {
      @Override
      public void write(OutputRecord record, Context context) {
        consumer.accept(record);
      }

      @Override
      public void flush(boolean endOfInput) {}

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {
    CONSUMERS.remove(number);
  }
}
