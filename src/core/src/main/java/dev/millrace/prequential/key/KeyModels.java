package dev.millrace.prequential.key;

import dev.millrace.input.ErasedId;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.Evictable;
import dev.millrace.state.Stored;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What a key learns with: the model of its only output, or several outputs. Not thread-safe. */
public interface KeyModels extends Stored {

  /** Returns each model by the key that it reports under. */
  Map<String, PrequentialModel> models(String key);

  /** Returns true if the key has several outputs. */
  default boolean hasOutputs() {
    return false;
  }

  /** Erases an id from what outputs share; returns the number of entries erased. */
  default long eraseShared(ErasedId id) {
    return 0;
  }

  /** Returns the counters of the key's records. */
  KeyCounters counters();

  /** Returns the number of updates of the weights. */
  long steps();

  /** Returns true if there is nothing to keep. */
  boolean isEmpty();

  /** Returns true if records have come since the last report. */
  boolean hasUnreported();

  /** Returns the estimated bytes in memory, of the arrays and all around them. */
  long memoryBytes();

  /** Adds the parts that can forget entries to a list. */
  void addEvictables(List<Evictable> all);

  /** Returns the parts that have pages, without those of outputs, which have a state each. */
  List<PagedPart> pagedParts();

  /** Writes what predictions need, nothing of the metrics. */
  void writeModel(PagedOutput out) throws IOException;

  /** Returns a deep copy. */
  KeyModels copy();

  /** Places the pages of outputs in a store, or takes them out of it when they are used. */
  default void keepPages(PageStore store, boolean keeps) {}

  /** Stores the pages of outputs that have changed. */
  default void storePages() throws IOException {}

  /** Removes the stored pages of outputs. */
  default void removePages() throws IOException {}
}
