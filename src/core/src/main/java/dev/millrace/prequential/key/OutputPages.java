package dev.millrace.prequential.key;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one output's model among those of all.
 *
 * @param first added to the number of each part
 */
public record OutputPages(PageStore all, long first) implements PageStore {

  @Override
  public void put(long part, int page, byte[] bytes) throws IOException {
    all.put(first + part, page, bytes);
  }

  @Override
  public byte @Nullable [] get(long part, int page) throws IOException {
    return all.get(first + part, page);
  }

  @Override
  public void remove(long part, int page) throws IOException {
    all.remove(first + part, page);
  }
}
