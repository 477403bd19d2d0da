package dev.millrace.serving;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.config.Settings;
import dev.millrace.data.Printable;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Holds the newest model of each key to predict with: a summary of every model, and the models used
 * last up to a limit of memory. Other models are read again when they are needed. Thread-safe: a
 * newer model replaces an older one between two predictions.
 */
public final class ServedModels {

  /** Reads a model again from where it was published. */
  public interface Source {
    /**
     * Returns the bytes of a key's model, or null if they are no longer there.
     *
     * @throws IOException if they cannot be read now
     */
    byte @Nullable [] read(String key, List<Place> places) throws IOException;
  }

  /**
   * Summary and place of a published model.
   *
   * @param nameBytes of its classes' names in JSON, together
   * @param maxName bytes of the longest of them
   */
  private record Published(
      ModelSnapshot summary, List<Place> places, long nameBytes, long maxName) {
    static Published of(ModelSnapshot summary, List<Place> places) {
      long sum = 0;
      long longest = 0;
      for (String name : summary.classes()) {
        long bytes = JsonStringEncoder.getInstance().quoteAsUTF8(name).length;
        sum += bytes;
        longest = Math.max(longest, bytes);
      }
      return new Published(summary, places, sum, longest);
    }

    String key() {
      return summary.key();
    }

    /** Returns the bytes that the classes of a prediction have in JSON at most. */
    long answerBytes(int top) {
      int count = Math.min(top, summary.classes().size());
      return maxName + Math.min(nameBytes, count * maxName) + (long) SCORE_BYTES * count;
    }
  }

  /** Model in memory: its bytes until it is used for the first time, then the model. */
  public static final class Held {
    private final Published published;
    private final byte[] bytes;
    private final @Nullable LoadedModel model;
    private final long size;

    private Held(Published published, byte[] bytes) {
      this.published = published;
      this.bytes = bytes;
      this.model = null;
      this.size = bytes.length;
    }

    private Held(Published published, LoadedModel model) {
      this.published = published;
      this.bytes = NO_BYTES;
      this.model = model;
      this.size = model.memoryBytes();
    }
  }

  /**
   * Figures for the metrics.
   *
   * @param nanosSinceUpdate since the last model or tombstone, or since the start before the first
   */
  public record Stats(
      int models,
      int inMemory,
      long memoryBytes,
      long misses,
      long updates,
      long nanosSinceUpdate) {}

  // Names of fields, version, counts and configuration of an answer, or an error.
  private static final int FIXED_ANSWER_BYTES = 1_024;
  // Max bytes of a character in JSON: it may have to be written as \\u0001.
  private static final int CHARACTER_BYTES = 6;
  // A score with its quotes, colon and comma.
  private static final int SCORE_BYTES = 24;

  private static final byte[] NO_BYTES = {};

  private final Settings settings;
  private final Source source;
  private final long maxBytes;
  private final NavigableMap<String, Published> index = new ConcurrentSkipListMap<>();
  // Reads in progress, by place; other readers of a place wait for them.
  private final Map<List<Place>, CompletableFuture<Optional<byte[]>>> reads =
      new ConcurrentHashMap<>();
  private final LongAdder misses = new LongAdder();
  private final LongAdder updates = new LongAdder();
  private volatile long updatedNanos = System.nanoTime();
  // From the least recently used to the one just used.
  private final LinkedHashMap<String, Held> held = new LinkedHashMap<>(16, 0.75f, true);
  private long heldBytes;

  /**
   * @param maxBytes of the models in memory; one is kept whatever its size
   */
  public ServedModels(Settings settings, Source source, long maxBytes) {
    this.settings = settings;
    this.source = source;
    this.maxBytes = maxBytes;
  }

  /**
   * Applies a model or tombstone of the models topic; models of other pipelines are ignored.
   *
   * @throws IOException if it is no model, or of a newer release
   */
  public void accept(Arrival arrival) throws IOException {
    if (!arrival.mayBeOf(settings.pipeline())) {
      return;
    }
    byte[] bytes = arrival.bytes();
    if (bytes == null) {
      index.remove(arrival.key());
      drop(arrival.key());
    } else {
      ModelSnapshot snapshot =
          ModelSnapshot.decode(arrival.pipeline(), arrival.config(), arrival.key(), bytes);
      Published published = Published.of(snapshot.summary(), arrival.places());
      index.put(arrival.key(), published);
      keep(new Held(published, bytes));
    }
    updatedNanos = System.nanoTime();
    updates.increment();
  }

  /** Returns the newest model of a key if it is in memory, else null. */
  public @Nullable Held inMemory(String key) {
    Published published = index.get(key);
    return published == null ? null : held(published);
  }

  /**
   * Returns the newest model of a key, or null if there is none. One that is not in memory is read
   * again, for which the calling thread waits.
   *
   * @throws IOException if it cannot be read now
   */
  public @Nullable Held fetch(String key) throws IOException {
    Published published = index.get(key);
    while (published != null) {
      Held found = held(published);
      if (found != null) {
        return found;
      }
      byte[] bytes = read(published);
      if (bytes != null) {
        return new Held(published, bytes);
      }
      // Compaction removed its record, or the topic was created again: a newer one is there, or
      // comes, or the key was forgotten.
      Published now = index.get(key);
      if (now == published) {
        throw new IOException(
            "the model of key \"%s\" is being replaced; try again in a moment"
                .formatted(Printable.line(key, 60)));
      }
      published = now;
    }
    return null;
  }

  /**
   * Returns the model to predict with, and keeps it in memory.
   *
   * @param workspace of the calling thread
   * @throws ModelMismatchException if it was trained with other settings, naming both
   * @throws IOException if it is damaged
   */
  public LoadedModel load(Held fetched, Workspace workspace) throws IOException {
    if (fetched.model != null) {
      return fetched.model;
    }
    ModelSnapshot summary = fetched.published.summary();
    ModelSnapshot whole =
        ModelSnapshot.decode(summary.pipeline(), summary.config(), summary.key(), fetched.bytes);
    LoadedModel model = new LoadedModel(whole, settings, workspace);
    keep(new Held(fetched.published, model));
    return model;
  }

  // At most one read of a model is under way; it answers all who asked meanwhile.
  private byte @Nullable [] read(Published published) throws IOException {
    CompletableFuture<Optional<byte[]>> mine = new CompletableFuture<>();
    CompletableFuture<Optional<byte[]>> first = reads.putIfAbsent(published.places(), mine);
    if (first != null) {
      return result(first);
    }
    misses.increment();
    try {
      mine.complete(Optional.ofNullable(source.read(published.key(), published.places())));
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is: other threads wait for this one.
      mine.completeExceptionally(e);
      throw e;
    } finally {
      reads.remove(published.places());
    }
    return result(mine);
  }

  private static byte @Nullable [] result(CompletableFuture<Optional<byte[]>> read)
      throws IOException {
    try {
      return read.join().orElse(null);
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private synchronized @Nullable Held held(Published published) {
    Held found = held.get(published.key());
    return found != null && found.published == published ? found : null;
  }

  private synchronized void keep(Held now) {
    String key = now.published.key();
    if (index.get(key) != now.published) {
      return; // a newer one came meanwhile
    }
    drop(key);
    held.put(key, now);
    heldBytes += now.size;
    Iterator<Held> oldest = held.values().iterator();
    while (heldBytes > maxBytes && held.size() > 1) {
      heldBytes -= oldest.next().size;
      oldest.remove();
    }
  }

  private synchronized void drop(String key) {
    Held dropped = held.remove(key);
    heldBytes -= dropped == null ? 0 : dropped.size;
  }

  /**
   * Returns the bytes that a prediction for a key has in JSON at most.
   *
   * @param top classes that it names at most
   */
  public long answerBytes(String key, int top) {
    Published published = index.get(key);
    long fixed = FIXED_ANSWER_BYTES + (long) CHARACTER_BYTES * key.length();
    return published == null ? fixed : fixed + published.answerBytes(top);
  }

  /** Returns the number of keys that have a model. */
  public int size() {
    return index.size();
  }

  /** Returns the figures of now. */
  public synchronized Stats stats() {
    return new Stats(
        index.size(),
        held.size(),
        heldBytes,
        misses.sum(),
        updates.sum(),
        System.nanoTime() - updatedNanos);
  }

  /** Returns the summary of a key's model, or null if there is none. */
  public @Nullable ModelSnapshot summary(String key) {
    Published published = index.get(key);
    return published == null ? null : published.summary();
  }

  /**
   * Returns the summaries of the models in the order of their keys, computed lazily.
   *
   * @param after key before the first one, or "" for all
   */
  public Iterator<ModelSnapshot> summaries(String after) {
    return index.tailMap(after, false).values().stream().map(Published::summary).iterator();
  }
}
