package dev.millrace.flink.chunk;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.flink.JobMetric;
import dev.millrace.flink.chunk.OpenChunks.Filling;
import dev.millrace.input.ForecastSpec;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.jspecify.annotations.Nullable;

/**
 * Gathers examples of the same key into chunks, so that shuffle, state access and cold memory are
 * paid once for many examples.
 *
 * <p>A chunk leaves when it is full, when it has waited for the linger time, when all chunks
 * together hold too much (the oldest leave first), and before every watermark, change to idle and
 * checkpoint barrier. So nothing gathered here is ever part of a checkpoint, and how chunks fall is
 * of no consequence to any model.
 *
 * <p>The linger time of a job that keeps up is a few milliseconds. While records come so fast that
 * a chunk could fill in that time, it is a quarter of the age that they have when they arrive,
 * within bounds: a job that catches up gains throughput from larger chunks, and waiting adds little
 * to what the records have waited already. Age alone would not tell, for records may be sent with
 * times of long ago.
 *
 * <p>An operator rather than a function, because only an operator hears of barriers.
 */
public class ChunkOperator extends AbstractStreamOperator<Chunk>
    implements OneInputStreamOperator<Example, Chunk> {
  private static final long serialVersionUID = 1L;

  /**
   * Examples in a chunk at most: enough for the costs of a chunk to vanish, few enough for the
   * chunks of a hundred keys to stay in a second-level cache.
   */
  public static final int CHUNK_EXAMPLES = 64;

  /** Milliseconds that an example of a job that keeps up waits for others at most. */
  public static final long LINGER_MILLIS = 5;

  /** Milliseconds that an example of a job that catches up waits for others at most. */
  public static final long MAX_LINGER_MILLIS = 2_000;

  /** Examples in all chunks together at most. */
  public static final int MAX_EXAMPLES = 262_144;

  /**
   * Bytes of all open chunks together, beyond which the oldest leave. Empty ones that wait to be
   * filled again come on top, 32 MiB at most.
   */
  public static final long MAX_BYTES = 64L << 20;

  /** Chunks on the wire. */
  public static final TypeInformation<Chunk> TYPE =
      new SerializerTypeInfo<>(Chunk.class, new ChunkSerializer());

  /** Examples on their way to this operator; whatever else reads them has to copy them. */
  public static final TypeInformation<Example> INPUT_TYPE =
      new SerializerTypeInfo<>(Example.class, new ExampleSerializer());

  private static final int AGE_PER_LINGER = 4;
  private static final long MAX_SPARE_BYTES = 32L << 20;
  private static final long MIN_BYTES = new Chunk().capacityBytes();
  private static final long MAX_BYTES_PER_BYTE = 2;
  private static final int MAX_SERIES = 10_000;
  private static final int MAX_BYTES_OF_SPARE = 64 << 10;

  // Null unless examples are records of a series.
  private final @Nullable ForecastSpec forecast;

  private transient OpenChunks open;
  // Model keys of series, so that none is put together for each example.
  private transient Map<String, String[]> horizonKeys;
  private transient ArrayDeque<Filling> spare;
  private transient long spareBytes;
  private transient StreamRecord<Chunk> out;
  private transient int examples;
  private transient long bytes;
  // Processing time at the last tick, for reading a clock at each example costs 20 ns.
  private transient long now;
  private transient boolean ticking;
  // Examples since then.
  private transient long arrived;
  private transient long lastTimestamp;
  private transient Histogram chunkRecords;
  private transient Histogram lingered;

  /**
   * @param forecast each example goes to the models of all of its horizons; null for none
   */
  public ChunkOperator(@Nullable ForecastSpec forecast) {
    this.forecast = forecast;
  }

  @Override
  public void open() throws Exception {
    super.open();
    open = new OpenChunks();
    horizonKeys = new HashMap<>();
    spare = new ArrayDeque<>();
    out = new StreamRecord<>(null);
    MetricGroup group = getMetricGroup();
    chunkRecords = JobMetric.EXAMPLES_PER_CHUNK.histogram(group);
    lingered = JobMetric.CHUNK_LINGER_SECONDS.histogram(group, TimeUnit.MILLISECONDS);
    JobMetric.OPEN_CHUNKS.gauge(group, () -> open.size());
    JobMetric.OPEN_CHUNK_BYTES.gauge(group, () -> bytes);
  }

  @Override
  public void processElement(StreamRecord<Example> element) {
    Example example = element.getValue();
    long timestamp =
        example.record.hasPlace() || !element.hasTimestamp()
            ? example.record.timestamp()
            : element.getTimestamp();
    if (forecast == null) {
      add(example, timestamp);
      return;
    }
    String series = example.key;
    for (String key : horizonKeys.computeIfAbsent(series, this::keys)) {
      example.key = key;
      add(example, timestamp);
    }
    example.key = series;
    if (horizonKeys.size() > MAX_SERIES) {
      horizonKeys.clear();
    }
  }

  private String[] keys(String series) {
    return Objects.requireNonNull(forecast).modelKeys(series).toArray(String[]::new);
  }

  private void add(Example example, long timestamp) {
    Filling filling = open.find(example.key);
    if (filling != null && !filling.chunk.accepts(example)) {
      close(filling);
      filling = null;
    }
    if (filling == null) {
      filling = begin(example.key);
    }
    Chunk chunk = filling.chunk;
    chunk.add(example, timestamp);
    long capacity = chunk.capacityBytes();
    bytes += capacity - filling.capacity;
    filling.capacity = capacity;
    examples++;
    arrived++;
    lastTimestamp = timestamp;
    if (chunk.size() == CHUNK_EXAMPLES) {
      close(filling);
    }
    while (examples >= MAX_EXAMPLES || bytes >= MAX_BYTES) {
      close(open.oldest());
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    closeAll();
    super.processWatermark(mark);
  }

  /** An idle input holds no watermark back, so nothing of it may come later. */
  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    closeAll();
    super.processWatermarkStatus(status);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    closeAll();
  }

  @Override
  public void finish() throws Exception {
    closeAll();
    super.finish();
  }

  private Filling begin(String key) {
    if (!ticking) {
      now = getProcessingTimeService().getCurrentProcessingTime();
      arrived = 0;
      tickAt(now + LINGER_MILLIS);
    }
    Filling filling;
    if (spare.isEmpty()) {
      filling = new Filling();
    } else {
      filling = spare.pop();
      spareBytes -= filling.capacity;
    }
    filling.since = now;
    open.add(key, filling);
    bytes += filling.capacity;
    return filling;
  }

  private void tickAt(long time) {
    ticking = true;
    getProcessingTimeService().registerTimer(time, this::tick);
  }

  private void tick(long time) {
    long before = now;
    now = getProcessingTimeService().getCurrentProcessingTime();
    boolean busy = arrived * LINGER_MILLIS >= CHUNK_EXAMPLES * (now - before);
    arrived = 0;
    long linger = busy ? lingerOfABusyJob() : LINGER_MILLIS;
    while (!open.isEmpty() && open.oldest().since <= now - linger) {
      close(open.oldest());
    }
    ticking = false;
    if (!open.isEmpty()) {
      tickAt(now + LINGER_MILLIS);
    }
  }

  private long lingerOfABusyJob() {
    long age = lastTimestamp < 0 ? 0 : now - lastTimestamp; // below 0: the record has none
    return Math.max(LINGER_MILLIS, Math.min(MAX_LINGER_MILLIS, age / AGE_PER_LINGER));
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      close(open.oldest());
    }
  }

  // The chunk is written to the network before collect returns, so it can be filled again.
  private void close(Filling filling) {
    Chunk chunk = filling.chunk;
    open.remove(filling);
    examples -= chunk.size();
    bytes -= filling.capacity;
    chunkRecords.update(chunk.size());
    lingered.update(now - filling.since);
    output.collect(out.replace(chunk));
    // Arrays never shrink: a chunk that once was large is not kept. Nor is a mostly empty one that
    // left early because all took too much: filled again it would take as much, and leave earlier.
    boolean fits = filling.capacity <= Math.max(MIN_BYTES, MAX_BYTES_PER_BYTE * chunk.length());
    chunk.clear();
    if (fits
        && filling.capacity <= MAX_BYTES_OF_SPARE
        && spareBytes + filling.capacity <= MAX_SPARE_BYTES) {
      spare.push(filling);
      spareBytes += filling.capacity;
    }
  }
}
