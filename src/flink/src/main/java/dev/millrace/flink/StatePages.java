package dev.millrace.flink;

import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.key.PageStore;
import java.io.IOException;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Pages of ids in keyed state of their own, so that a checkpoint has those that have changed. Each
 * call is about the backend's current key.
 */
final class StatePages implements PageStore {
  /** Name of the keyed state; never changes, or ids are lost. */
  static final String STATE_NAME = "train-ids";

  private final MapState<Long, byte[]> pages;

  StatePages(MapState<Long, byte[]> pages) {
    this.pages = pages;
  }

  static MapStateDescriptor<Long, byte[]> descriptor() {
    return new MapStateDescriptor<>(
        STATE_NAME, LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);
  }

  private static long place(long part, int page) {
    return part << Integer.SIZE | page;
  }

  @Override
  public void put(long part, int page, byte[] bytes) throws IOException {
    try {
      pages.put(place(part, page), bytes);
    } catch (Exception e) {
      throw failed("write", e);
    }
  }

  @Override
  public byte @Nullable [] get(long part, int page) throws IOException {
    try {
      return pages.get(place(part, page));
    } catch (Exception e) {
      throw failed("read", e);
    }
  }

  @Override
  public void remove(long part, int page) throws IOException {
    try {
      pages.remove(place(part, page));
    } catch (Exception e) {
      throw failed("remove", e);
    }
  }

  /** Removes all pages of the key. */
  void clear() {
    pages.clear();
  }

  private static IOException failed(String what, Exception e) {
    return new IOException("the state backend did not %s a page of ids".formatted(what), e);
  }

  /**
   * The models of a backend that keeps them as objects, which have their pages in them: such a
   * backend copies a model for a snapshot, and the copy shares pages. Those that another backend
   * left are taken out.
   */
  static final class OnHeap implements ValueState<TrainState> {
    private final ValueState<TrainState> states;
    private final StatePages pages;

    OnHeap(ValueState<TrainState> states, StatePages pages) {
      this.states = states;
      this.pages = pages;
    }

    @Override
    public @Nullable TrainState value() throws IOException {
      TrainState state = states.value();
      if (state != null) {
        state.takePagesFrom(pages);
      }
      return state;
    }

    @Override
    public void update(TrainState state) throws IOException {
      states.update(state);
    }

    @Override
    public void clear() {
      states.clear();
      pages.clear();
    }
  }
}
