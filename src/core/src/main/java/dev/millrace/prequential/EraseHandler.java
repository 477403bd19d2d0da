package dev.millrace.prequential;

import dev.millrace.input.ErasedId;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.prequential.key.KeyModels;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.report.ModelEvent.Erased;
import dev.millrace.state.KeyPart;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies commands to erase ids from the state of a key, and reports what was erased. */
final class EraseHandler {
  private final EventReporter events;

  EraseHandler(EventReporter events) {
    this.events = events;
  }

  /**
   * Erases ids from everything that has them in the state, reports each that a model had, and
   * publishes the models if one knew it.
   *
   * @return true if the state had one
   */
  boolean erase(TrainState state, String key, List<IdErasure> erasures, EngineListener listener)
      throws IOException {
    boolean hadAny = false;
    boolean modelHadAny = false;
    KeyModels models = state.usable();
    for (Map.Entry<String, PrequentialModel> each : models.models(key).entrySet()) {
      PrequentialModel own = each.getValue();
      for (IdErasure erasure : erasures) {
        long ids = ids(own, erasure.id());
        long pending = own.parts.sum(part -> part.erasePending(erasure.id()));
        if (ids + pending > 0) {
          hadAny = true;
          modelHadAny |= ids > 0 && own.counters.examples > 0;
          events.erased(own, each.getKey(), erasure.add(ids, pending), listener);
        }
      }
    }
    for (IdErasure erasure : erasures) {
      long groups = models.eraseShared(erasure.id());
      if (groups > 0) {
        hadAny = true;
        modelHadAny = true;
        events.erased(models, key, erasure.add(groups, 0), listener);
      }
    }
    if (modelHadAny && state.examples() > 0) {
      // A record that the next model would add to has the id.
      state.marks.publishedPages = null;
      listener.modelDue(key, state);
    }
    return hadAny;
  }

  private static long ids(PrequentialModel model, ErasedId id) {
    long ids = 0;
    for (PagedPart part : model.pagedParts()) {
      ids += id.ids() == null ? 0 : part.erase(id);
    }
    ids += id.isGroup() && model.metrics.eraseGroup(id.hash()) ? 1 : 0;
    return ids + model.parts.sum(part -> part.erase(id));
  }

  /** Reports that a key is erased, with all of its state. */
  void eraseKey(@Nullable TrainState state, String key, long until, EngineListener listener) {
    long ids = 0;
    long pending = 0;
    KeyModels models = state == null ? null : state.usable();
    if (models != null) {
      for (PrequentialModel own : models.models(key).values()) {
        for (PagedPart part : own.pagedParts()) {
          ids += part.size();
        }
        pending += own.parts.sum(KeyPart::pending);
      }
    }
    events.erased(models, key, new Erased(null, null, ids, pending, until), listener);
  }
}
