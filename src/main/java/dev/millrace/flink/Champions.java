package dev.millrace.flink;

import dev.millrace.codec.CommandJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Promote;
import dev.millrace.nn.contest.Contest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * What is done about the models of which one answers beside letting them learn: commands, and what
 * is said of restored ones.
 */
final class Champions {
  private final TrainSpec spec;
  private final Events events;
  private final ModelPublisher publisher;
  private final DeadLetters refused;
  private final Set<String> told = new HashSet<>();

  Champions(TrainSpec spec, Events events, ModelPublisher publisher, DeadLetters refused) {
    this.spec = spec;
    this.events = events;
    this.publisher = publisher;
    this.refused = refused;
  }

  /** Says once what becomes of models whose names or kinds have changed in the pipeline file. */
  void tellOfRestored(Contest contest, String key) {
    for (String note : contest.takeNotes()) {
      if (told.add(note)) {
        ModelLog.warn(key, note);
      }
    }
  }

  /**
   * Does what a chunk of commands says to a key's models.
   *
   * @param model null if the key has none
   * @return whether that has changed the state
   */
  boolean obey(TrainState state, PrequentialModel model, Chunk chunk, SideOutputs out)
      throws IOException {
    Contest contest = model == null ? null : model.contest();
    boolean changed = false;
    for (int row = 0; row < chunk.size(); row++) {
      KafkaRecord record = chunk.record(row, spec.commands());
      Promote command = CommandJson.decode(record.value());
      if (contest == null || contest.model(command.model()) == null) {
        refuse(record, contest, command, out);
      } else if (contest.promote(command.model())) {
        events.noteChampion(model, chunk.key(), out);
        publisher.publish(model, state, chunk.key(), out);
        changed = true;
      }
    }
    return changed;
  }

  private void refuse(KafkaRecord record, Contest contest, Promote command, SideOutputs out) {
    String message =
        contest == null
            ? "the key has no models; it has had no example, or none that could be used"
            : "the key has no model \"%s\"; it has %s".formatted(command.model(), contest.names());
    DeadLetter letter = new DeadLetter(record, DeadLetterReason.UNKNOWN_MODEL, message, null);
    out.output(Outputs.DEAD_LETTERS, refused.record(letter));
  }
}
