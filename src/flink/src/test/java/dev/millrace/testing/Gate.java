package dev.millrace.testing;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/** Lets a source of a job in this process emit as many elements as a test allows. */
public final class Gate {
  /** Lets all elements pass; a source asks about the position behind its last element, too. */
  public static final long OPEN = Long.MAX_VALUE / 2;

  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Map<Integer, Gate> GATES = new ConcurrentHashMap<>();

  private final int number = NEXT.incrementAndGet();
  private long allowed;
  private long taken;
  private CompletableFuture<Void> more = new CompletableFuture<>();

  public Gate(long allowed) {
    this.allowed = allowed;
    GATES.put(number, this);
  }

  /** The orders from the first on, each with its own timestamp. */
  public DataGeneratorSource<Order> orders(long count) {
    return source(Order::of, count, Order.class);
  }

  /** Elements that are functions of their number. */
  public <T> DataGeneratorSource<T> source(
      GeneratorFunction<Long, T> element, long count, Class<T> type) {
    return new DataGeneratorSource<>(element, count, strategy(number), TypeInformation.of(type));
  }

  private static RateLimiterStrategy<NumberSequenceSplit> strategy(int gate) {
    return parallelism -> elements -> GATES.get(gate).acquire(elements);
  }

  private synchronized CompletionStage<Void> acquire(int elements) {
    taken += elements;
    return taken <= allowed ? CompletableFuture.completedFuture(null) : more;
  }

  /** Allows more elements; one that waits is let through. */
  public synchronized void allow(long elements) {
    allowed += elements;
    more.complete(null);
    more = new CompletableFuture<>();
  }

  public void open() {
    allow(OPEN);
  }

  /** Elements that the source asked for, again after a restart. */
  public synchronized long taken() {
    return taken;
  }

  /** Elements that the source may emit and does not ask for. */
  public synchronized long unused() {
    return allowed - taken;
  }
}
