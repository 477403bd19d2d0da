package dev.millrace.prequential;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PromoteRequest;
import dev.millrace.nn.selection.ChampionChallenger;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies promotion commands to champion and challengers, and warns of changed restored ones. */
final class PromotionHandler {
  private final EventReporter events;
  private final Set<String> warned = new HashSet<>();

  PromotionHandler(EventReporter events) {
    this.events = events;
  }

  /** Warns once of models whose names or kinds differ from those in the pipeline file. */
  void warnOfChanges(PrequentialModel model, String key, EngineListener listener) {
    ChampionChallenger selection = model.selection();
    if (selection == null) {
      return;
    }
    for (String change : selection.pollNotes()) {
      if (warned.add(change)) {
        listener.warning(key, change);
      }
    }
  }

  /**
   * Makes one of a key's models its champion, or rejects the command.
   *
   * @param state null if the key has no models
   * @param record of the command
   * @return true if that has changed the state
   */
  boolean promote(
      @Nullable TrainState state,
      String key,
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    ChampionChallenger selection = state == null ? null : state.model().selection();
    if (state == null || selection == null || selection.model(command.model()) == null) {
      String message =
          selection == null
              ? state == null
                  ? "the key has no models; it has had no example, or none that could be used"
                  : "the pipeline has one model; promote chooses among several (models)"
              : "the key has no model \"%s\"; it has %s"
                  .formatted(command.model(), selection.names());
      listener.rejected(new DeadLetter(record, DeadLetterReason.UNKNOWN_MODEL, message, null));
      return false;
    }
    if (!selection.promote(command.model())) {
      return false;
    }
    events.championChange(state.model(), key, listener);
    listener.modelDue(key, state);
    return true;
  }
}
