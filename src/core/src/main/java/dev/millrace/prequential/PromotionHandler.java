package dev.millrace.prequential;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelCommand.Promote;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.prequential.key.PrequentialModel;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies promotion commands to champion and challengers. */
final class PromotionHandler {
  private final EventReporter events;

  PromotionHandler(EventReporter events) {
    this.events = events;
  }

  /**
   * Makes one of the models of a key, or of each of its outputs, the champion, or rejects the
   * command.
   *
   * @param state null if the key has no models
   * @param record of the command
   * @return true if that has changed the state
   */
  boolean promote(
      @Nullable TrainState state,
      String key,
      Promote command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    Map<String, PrequentialModel> models = state == null ? Map.of() : state.usable().models(key);
    String problem =
        models.isEmpty()
            ? "the key has no models; it has had no example, or none that could be used"
            : null;
    boolean isChanged = false;
    for (Map.Entry<String, PrequentialModel> each : models.entrySet()) {
      PrequentialModel model = each.getValue();
      ChampionChallenger selection = model.selection();
      if (selection == null || selection.model(command.model()) == null) {
        problem = problem == null ? problem(selection, command) : problem;
      } else if (selection.promote(command.model())) {
        isChanged = true;
        events.championChange(model, each.getKey(), listener);
      }
    }
    if (problem != null) {
      listener.rejected(new DeadLetter(record, DeadLetterReason.UNKNOWN_MODEL, problem, null));
    }
    if (isChanged && state != null) {
      listener.modelDue(key, state);
    }
    return isChanged;
  }

  private static String problem(@Nullable ChampionChallenger selection, Promote command) {
    return selection == null
        ? "the pipeline has one model; promote chooses among several (models)"
        : "the key has no model \"%s\"; it has %s".formatted(command.model(), selection.names());
  }
}
