package dev.millrace.testing;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Sha256;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * A sink that keeps what a job in this process writes.
 *
 * @param <T> type of the elements
 */
public final class Collected<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;

  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Map<Integer, List<Object>> LISTS = new ConcurrentHashMap<>();

  private final int number = NEXT.incrementAndGet();

  public Collected() {
    LISTS.put(number, Collections.synchronizedList(new ArrayList<>()));
  }

  /** Returns a sink that keeps a stream. */
  public static <T> Collected<T> of(DataStream<T> stream) {
    Collected<T> collected = new Collected<>();
    stream.sinkTo(collected);
    return collected;
  }

  @SuppressWarnings("unchecked") // only elements of this sink are in its list
  public List<T> all() {
    List<Object> list = LISTS.get(number);
    synchronized (list) {
      return (List<T>) List.copyOf(list);
    }
  }

  /** Returns the SHA-256 over the newest of these models, as {@code evaluate} prints it. */
  public static String modelsSha256(List<OutputRecord> models) {
    SortedMap<String, byte[]> newest = new TreeMap<>();
    models.forEach(record -> newest.put(record.keyText(), record.value()));
    return Sha256.ofModels(newest);
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    List<Object> list = LISTS.get(number);
    return new SinkWriter<>() {
      @Override
      public void write(T element, Context writeContext) {
        list.add(element);
      }

      @Override
      public void flush(boolean endOfInput) {}

      @Override
      public void close() {}
    };
  }
}
