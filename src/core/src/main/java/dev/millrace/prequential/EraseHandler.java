package dev.millrace.prequential;

import dev.millrace.data.ErasedId;
import dev.millrace.data.ModelEvent.Erased;
import dev.millrace.nn.PagedPart;
import java.io.IOException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Applies commands to erase an id from the state of a key, and reports what was erased. */
final class EraseHandler {
  private final EventReporter events;
  // Field of the group in the metrics, null for none.
  private final @Nullable String group;

  EraseHandler(TrainSpec spec, EventReporter events) {
    this.events = events;
    group = spec.input().group();
  }

  /** Erases an id from everything that has it in the state, if there is one, and reports that. */
  void erase(
      @Nullable TrainState state, String key, ErasedId id, long until, EngineListener listener)
      throws IOException {
    long ids = 0;
    long pending = 0;
    if (state != null) {
      PrequentialModel model = state.model();
      for (PagedPart part : model.pagedParts()) {
        ids += part.erase(id);
      }
      LabelJoin labels = state.labels();
      pending = labels == null ? 0 : labels.erase(id);
      ids += model.derived == null ? 0 : model.derived.erase(id);
      pending += state.forecasts() == null ? 0 : state.forecasts().erase(id);
      if (id.column().name().equals(group)) {
        eraseGroup(model, id.hash());
      }
    }
    String hash = HexFormat.of().toHexDigits(id.hash());
    Erased erased = new Erased(id.column().name(), hash, ids, pending, until);
    events.erased(state, key, erased, listener);
    if (state != null && ids > 0 && state.examples() > 0) {
      // A record that the next model would add to has the id.
      state.marks.publishedPages = null;
      listener.modelDue(key, state);
    }
  }

  private static void eraseGroup(PrequentialModel model, long hash) {
    model.metrics.eraseGroup(hash);
    if (model.validation != null) {
      model.validation.metrics().eraseGroup(hash);
    }
  }

  /** Reports that a key is erased, with all of its state. */
  void eraseKey(@Nullable TrainState state, String key, long until, EngineListener listener) {
    long ids = 0;
    long pending = 0;
    if (state != null) {
      for (PagedPart part : state.model().pagedParts()) {
        ids += part.size();
      }
      LabelJoin labels = state.labels();
      pending = labels == null ? 0 : labels.pending();
      pending += state.forecasts() == null ? 0 : state.forecasts().pending.size();
    }
    events.erased(state, key, new Erased(null, null, ids, pending, until), listener);
  }
}
