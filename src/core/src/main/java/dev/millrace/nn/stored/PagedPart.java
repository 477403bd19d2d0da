package dev.millrace.nn.stored;

import dev.millrace.data.PublicApi;
import dev.millrace.input.ErasedId;
import dev.millrace.nn.OnlineModel;
import dev.millrace.state.Evictable;
import java.io.IOException;

/**
 * A part of a model that may be too large for one stored value, and so has pages that can be stored
 * one by one, each only if it has changed. Not thread-safe.
 *
 * <p>{@link OnlineModel#write} writes the pages too, unless {@link #writePages} turned them off. A
 * part that was read without its pages gets them by {@link #readPage}, and cannot be used before.
 */
@PublicApi
public interface PagedPart extends Evictable {
  /** {@link #number} of a part that has no page in a store. */
  long NONE = -1;

  /** Returns the number under which a store has the pages, {@link #NONE} if it has none. */
  long number();

  /** Sets the number under which all pages will be stored. */
  void setNumber(long number);

  /**
   * Erases an id, and its crosses with other ids that the part knows.
   *
   * @return the number of ids that the part knew of these
   */
  int erase(ErasedId id);

  /** Returns the number of ids that the part knows. */
  int size();

  /** Returns the number of pages. */
  int pages();

  /** Returns true if a page has changed since it was stored. */
  boolean isChanged(int page);

  /** Returns the bytes of a page, which counts as stored from now on. */
  byte[] store(int page);

  /** Sets whether the part writes its pages, or its number alone. */
  void writePages(boolean writes);

  /** Returns true if the part was read without its pages. */
  boolean needsPages();

  /**
   * Reads a page; the first one comes first.
   *
   * @throws IOException if it is damaged
   */
  void readPage(int page, byte[] bytes) throws IOException;
}
