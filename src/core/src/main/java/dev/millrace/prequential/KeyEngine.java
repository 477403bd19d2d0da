package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.PromoteRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PrequentialEngine} does, for keys of one kind; its methods say how. The state that
 * commands get is usable, null if the key has none.
 */
interface KeyEngine {

  @Nullable TrainState learn(@Nullable TrainState stored, Chunk chunk, EngineListener listener)
      throws IOException;

  boolean promote(
      @Nullable TrainState state,
      String key,
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException;

  boolean erase(TrainState state, String key, List<IdErasure> ids, EngineListener listener)
      throws IOException;

  void eraseKey(@Nullable TrainState state, String key, long until, EngineListener listener);

  boolean resume(TrainState state, String key, EngineListener listener) throws IOException;

  boolean report(TrainState state, String key, EngineListener listener);

  void end(TrainState state, String key, EngineListener listener) throws IOException;

  void forget(TrainState state, String key, EngineListener listener);

  int reportSpacing(TrainState state);
}
