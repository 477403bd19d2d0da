package dev.millrace.prequential.key;

import dev.millrace.data.PublicApi;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of the current key's models apart from the rest of its state, so that only those that
 * have changed are written.
 */
@PublicApi
public interface PageStore {
  /** Has no pages and keeps none. */
  PageStore NONE =
      new PageStore() {
        @Override
        public void put(long part, int page, byte[] bytes) {}

        @Override
        public byte @Nullable [] get(long part, int page) {
          return null;
        }

        @Override
        public void remove(long part, int page) {}
      };

  /** Stores a page of a part of a model, in place of what was there. */
  void put(long part, int page, byte[] bytes) throws IOException;

  /** Returns a page; null if there is none. */
  byte @Nullable [] get(long part, int page) throws IOException;

  /** Removes a page, which may not be there. */
  void remove(long part, int page) throws IOException;
}
