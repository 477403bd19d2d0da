package dev.millrace.prequential;

import dev.millrace.data.KafkaRecord;
import dev.millrace.data.ModelEvent.Erased;
import dev.millrace.data.PromoteRequest;
import dev.millrace.nn.PagedPart;
import dev.millrace.prequential.OutputsState.Output;
import dev.millrace.state.KeyPart;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Applies the commands for a key to all of its outputs. */
final class OutputCommands {
  private final EventReporter events;
  private final OutputsListener ofOutputs;
  private final Function<Output, ModelEngine> engines;
  private final PromotionHandler withoutOutputs;

  OutputCommands(
      EventReporter events, OutputsListener ofOutputs, Function<Output, ModelEngine> engines) {
    this.events = events;
    this.ofOutputs = ofOutputs;
    this.engines = engines;
    withoutOutputs = new PromotionHandler(events);
  }

  /**
   * Makes one of the models of each output its champion, or rejects the command.
   *
   * @param state null if the key has no models
   * @return true if that has changed the state
   */
  boolean promote(
      @Nullable TrainState state,
      String key,
      PromoteRequest command,
      KafkaRecord record,
      EngineListener listener)
      throws IOException {
    List<Output> outputs = state == null ? List.of() : state.outputs().active();
    if (state == null || outputs.isEmpty()) {
      return withoutOutputs.promote(null, key, command, record, listener);
    }
    ofOutputs.begin(listener, null, 0);
    boolean isChanged = false;
    for (Output output : outputs) {
      String own = OutputsState.key(key, output.name);
      isChanged |= engines.apply(output).promote(output.state, own, command, record, ofOutputs);
    }
    if (isChanged) {
      listener.modelDue(key, state);
    }
    return isChanged;
  }

  /**
   * Erases ids from all outputs, and reports those that had them.
   *
   * @return true if the state had one
   */
  boolean erase(TrainState state, String key, List<IdErasure> ids, EngineListener listener)
      throws IOException {
    OutputsState of = state.outputs();
    ofOutputs.begin(listener, null, 0);
    boolean isErased = false;
    for (Output output : of.active()) {
      String own = OutputsState.key(key, output.name);
      TrainState ofOutput = output.state;
      isErased |= ofOutput != null && engines.apply(output).erase(ofOutput, own, ids, ofOutputs);
    }
    boolean isDerived = false;
    for (IdErasure erasure : ids) {
      long groups = of.derived == null ? 0 : of.derived.erase(erasure.id());
      if (groups > 0) {
        isDerived = true;
        events.erased(state, key, erasure.add(groups, 0), listener);
      }
    }
    if ((ofOutputs.isModelDue || isDerived) && of.counters.examples > 0) {
      // A record that the next model would add to has the id.
      state.marks.publishedPages = null;
      listener.modelDue(key, state);
    }
    return isErased || isDerived;
  }

  /** Reports that a key is erased, with all of its outputs. */
  void eraseKey(@Nullable TrainState state, String key, long until, EngineListener listener) {
    long ids = 0;
    long pending = 0;
    if (state != null) {
      for (Output output : state.outputs().outputs) {
        if (output.state != null) {
          ids += output.state.model().pagedParts().stream().mapToLong(PagedPart::size).sum();
          pending += output.state.model().parts.sum(KeyPart::pending);
        }
      }
    }
    events.erased(state, key, new Erased(null, null, ids, pending, until), listener);
  }
}
