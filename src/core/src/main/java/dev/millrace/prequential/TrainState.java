package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.PublicApi;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.stored.ModelMismatchException;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.prequential.key.ForecastState;
import dev.millrace.prequential.key.KeyCounters;
import dev.millrace.prequential.key.KeyModels;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.key.PageStore;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.PublishedPages;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.state.Evictable;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one model key has, restored as one piece or not at all. Not thread-safe.
 *
 * <p>State read from a checkpoint stays bytes until {@link #resume}, because a state backend reads
 * state without the pipeline's settings.
 */
@PublicApi
public final class TrainState {
  /**
   * Marks that the engine's caller keeps in memory with a key. They are not serialized, so a
   * restored model may be published again.
   */
  public static final class Marks {
    /** {@link #seenUntil} of a key that was not seen. */
    public static final long NEVER = -1;

    /** End of the period in which the key was last seen, milliseconds since the epoch. */
    public long seenUntil = NEVER;

    /** Next reminder to publish the model, milliseconds since the epoch. */
    public long reminder;

    /** Number of examples of the model when it was last published. */
    public long published;

    /** Pages of the last publication; null if it had none, or is not known. */
    public @Nullable PublishedPages publishedPages;
  }

  private static final int MIN_ROOM = 4_096;
  private static final int MAX_ROOM = 1 << 30;
  // Columns that the key's first record declared; null if the pipeline declares them, or none did.
  private @Nullable DeclaredColumns columns;

  // One of the two is not null.
  private byte @Nullable [] serialized;
  private @Nullable KeyModels usable;

  /** Marks of the engine's caller. */
  public final Marks marks = new Marks();

  // Has pages unless all is in the bytes.
  private PageStore pages = PageStore.NONE;
  private boolean keepsPages;
  // Pages of each part that are in the store, by its number.
  private final Map<Long, Integer> stored = new TreeMap<>();

  private TrainState(byte @Nullable [] serialized, @Nullable KeyModels usable) {
    this.serialized = serialized;
    this.usable = usable;
  }

  /**
   * Returns the state of a key whose first example is in the chunk.
   *
   * @param workspace shared by the models of the thread
   */
  static TrainState begin(TrainSpec spec, Chunk chunk, Workspace workspace) {
    int columns = ModelFormat.columns(spec.input(), workspace);
    return new TrainState(null, new PrequentialModel(spec, columns, chunk, workspace));
  }

  /** Returns the state of a key that learns with new models. */
  static TrainState of(KeyModels models) {
    return new TrainState(null, models);
  }

  /** Returns state of bytes that were written; {@link #resume} makes it usable. */
  public static TrainState serialized(byte[] bytes) {
    return new TrainState(bytes, null);
  }

  /**
   * Returns the columns that the first record of the key declared, which its model is made of; null
   * if the pipeline declares them, or no record did.
   *
   * @throws IOException if the state is of a newer release, or damaged
   */
  public @Nullable DeclaredColumns columns() throws IOException {
    if (columns == null && serialized != null) {
      columns = ModelFormat.readColumns(new BoundedDataInput(serialized));
    }
    return columns;
  }

  /** Sets the columns of a key that begins. */
  void useColumns(@Nullable DeclaredColumns ofKey) {
    columns = ofKey;
  }

  /** Reads what a key learns with from its stored bytes. */
  interface Reader<M extends KeyModels> {
    M read(BoundedDataInput in) throws IOException;
  }

  /**
   * Returns the model, made usable if it came from a checkpoint.
   *
   * @param workspace shared by the models of the thread
   * @throws ModelMismatchException if the state does not fit the settings; it stays as it is
   * @throws IOException if the state is of a newer release
   */
  PrequentialModel resume(TrainSpec spec, Workspace workspace) throws IOException {
    resume(in -> ModelFormat.read(in, spec, workspace));
    return model();
  }

  /**
   * Makes the state usable if it came from a checkpoint.
   *
   * @throws ModelMismatchException if the state does not fit the settings; it stays as it is
   * @throws IOException if the state is of a newer release
   */
  void resume(Reader<?> reader) throws IOException {
    if (serialized != null) {
      use(read(serialized, reader));
    }
  }

  /** Replaces bytes by what was read from them. */
  void use(KeyModels read) throws IOException {
    for (PagedPart part : read.pagedParts()) {
      if (part.needsPages()) {
        readPages(part);
      }
    }
    usable = read;
    serialized = null;
    read.keepPages(pages, keepsPages);
    if (!keepsPages) {
      removePages();
      read.pagedParts().forEach(part -> part.setNumber(PagedPart.NONE));
    }
  }

  private void readPages(PagedPart part) throws IOException {
    int count = part.pages();
    for (int page = 0; page < count; page++) {
      byte[] bytes = pages.get(part.number(), page);
      if (bytes == null) {
        throw new IOException(
            "model state: page %d of %d of the ids is missing".formatted(page, count));
      }
      part.readPage(page, bytes);
    }
    stored.put(part.number(), count);
  }

  /**
   * Keeps pages of the model in a store, where they may be already. Call it before the state is
   * used, and {@link #storePages} before it is written.
   */
  public void keepPagesIn(PageStore store) {
    placePages(store, true);
  }

  /** Takes the pages out of a store, if they are there, when the state is made usable. */
  public void takePagesFrom(PageStore store) {
    placePages(store, false);
  }

  private void placePages(PageStore store, boolean keeps) {
    pages = store;
    keepsPages = keeps;
    if (usable != null) {
      usable.keepPages(store, keeps);
    }
  }

  /** Stores the pages that have changed, if there is a store and the state is usable. */
  public void storePages() throws IOException {
    if (usable == null) {
      return;
    }
    usable.storePages();
    if (!keepsPages) {
      return;
    }
    Map<Long, Integer> before = new TreeMap<>(stored);
    stored.clear();
    long unused = before.keySet().stream().mapToLong(number -> number + 1).max().orElse(0);
    for (PagedPart part : usable.pagedParts()) {
      if (part.number() == PagedPart.NONE) {
        part.setNumber(unused++);
      }
      for (int page = 0; page < part.pages(); page++) {
        if (part.isChanged(page)) {
          pages.put(part.number(), page, part.store(page));
        }
      }
      stored.put(part.number(), part.pages());
      removeFrom(part.pages(), part.number(), before, pages);
    }
    before.keySet().removeAll(stored.keySet());
    remove(before, pages);
  }

  /** Removes the pages that are in the store, because the state is not needed any more. */
  public void removePages() throws IOException {
    if (usable != null) {
      usable.removePages();
    }
    remove(stored, pages);
    stored.clear();
  }

  private static void remove(Map<Long, Integer> parts, PageStore from) throws IOException {
    for (long part : parts.keySet()) {
      removeFrom(0, part, parts, from);
    }
  }

  /** Removes the stored pages of a part from one on. */
  private static void removeFrom(int first, long part, Map<Long, Integer> parts, PageStore from)
      throws IOException {
    for (int page = first; page < parts.getOrDefault(part, 0); page++) {
      from.remove(part, page);
    }
  }

  /** Returns the bytes of state that is not yet usable; null once it is. */
  byte @Nullable [] serialized() {
    return serialized;
  }

  /** Returns the model, once the state is usable. */
  PrequentialModel model() {
    if (usable() instanceof PrequentialModel model) {
      return model;
    }
    throw new IllegalStateException("the key has several outputs");
  }

  /** Returns what the key learns with, once the state is usable. */
  KeyModels usable() {
    if (usable == null) {
      throw new IllegalStateException("state must be usable: call resume first");
    }
    return usable;
  }

  /** Returns the number of examples that the model has learned, once the state is usable. */
  public long examples() {
    return counters().examples;
  }

  /**
   * Returns the timestamp of what is published about the last example, once the state is usable:
   * its event time, but not later than its record's timestamp. Brokers reject records from the
   * future, and what an example claims must not stop the job.
   */
  public long timestamp() {
    return counters().timestamp;
  }

  /** Returns the counters of the key, once the state is usable. */
  KeyCounters counters() {
    return usable().counters();
  }

  /** Returns true if there is nothing to keep, once the state is usable. */
  boolean isEmpty() {
    return usable().isEmpty();
  }

  /** Returns true if records have come since the last report, once the state is usable. */
  public boolean hasUnreported() {
    return usable().hasUnreported();
  }

  /** Returns what waits for labels, once the state is usable, of a key whose labels are delayed. */
  LabelJoin labels() {
    return Objects.requireNonNull(model().part(LabelJoin.class));
  }

  /** Returns the forecasts, once the state is usable, of a key that has some. */
  ForecastState forecasts() {
    return Objects.requireNonNull(model().part(ForecastState.class));
  }

  static <M extends KeyModels> M read(byte[] state, Reader<M> reader) throws IOException {
    BoundedDataInput in = new BoundedDataInput(state);
    ModelFormat.readColumns(in);
    try {
      return reader.read(in);
    } catch (RuntimeException e) {
      throw ModelFormat.damaged(e);
    }
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    PublishedPages published = marks.publishedPages;
    long bytes = serialized != null ? serialized.length : usedBytes();
    return bytes + (published == null ? 0 : published.memoryBytes());
  }

  /**
   * Returns the estimated bytes in memory of all that the key's records have left, once the state
   * is usable: a function of the records alone.
   */
  long usedBytes() {
    return usable().memoryBytes();
  }

  /** Returns the parts that can forget entries, once the state is usable. */
  List<Evictable> evictables() {
    List<Evictable> all = new ArrayList<>();
    addEvictables(all);
    return all;
  }

  /** Adds the parts that can forget entries. */
  void addEvictables(List<Evictable> all) {
    usable().addEvictables(all);
  }

  /**
   * Writes everything that is needed to continue as if never stopped, without the pages that are in
   * the store.
   */
  public void write(DataOutput out) throws IOException {
    if (serialized != null) {
      out.write(serialized);
    } else {
      ModelFormat.writeColumns(columns, out);
      List<PagedPart> paged = usable().pagedParts();
      paged.forEach(part -> part.writePages(!keepsPages));
      try {
        usable().write(out);
      } finally {
        paged.forEach(part -> part.writePages(true));
      }
    }
  }

  /** Returns the bytes of the model alone, without metrics, once the state is usable. */
  public byte[] modelBytes() throws IOException {
    return modelWithPages().release();
  }

  /** Returns {@link #modelBytes} with the places of its pages. */
  public PagedOutput modelWithPages() throws IOException {
    // Not more than once its size while it is written: tables may take tens of megabytes.
    long tables = 0;
    for (Evictable table : evictables()) {
      tables += table.memoryBytes();
    }
    PagedOutput out = new PagedOutput((int) Math.min(MAX_ROOM, MIN_ROOM + tables));
    ModelFormat.writeColumns(columns, out);
    usable().writeModel(out);
    return out;
  }

  /** Returns a deep copy. */
  public TrainState copy() {
    // The bytes are never written to.
    TrainState copy = new TrainState(serialized, usable == null ? null : usable.copy());
    copy.columns = columns;
    copy.marks.published = marks.published;
    copy.marks.publishedPages = marks.publishedPages;
    return copy;
  }
}
