package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.prequential.key.KeyCounters;
import dev.millrace.prequential.key.KeyModels;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Drift;
import dev.millrace.report.ModelEvent.Erased;
import dev.millrace.report.ModelEvent.Erasure;
import dev.millrace.report.ModelEvent.Expired;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.ModelEvent.Reset;
import dev.millrace.report.ModelEvent.RolledBack;
import dev.millrace.report.ModelEvent.SkippedSteps;
import dev.millrace.report.ModelEvent.Warning;
import dev.millrace.report.ModelEvent.What;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports the metrics and events of models. */
final class EventReporter {
  private final TrainSpec spec;

  EventReporter(TrainSpec spec) {
    this.spec = spec;
  }

  /** Reports the metrics of a model; it has nothing unreported after it. */
  void metrics(PrequentialModel model, String key, EngineListener listener) {
    listener.report(
        model.report(spec, key),
        model.counters.timestamp,
        model.drift.drifts(),
        model.drift.isWarned());
  }

  /** Reports skipped steps, if there are any that have not been reported. */
  void skippedSteps(PrequentialModel model, String key, EngineListener listener) {
    if (model.hasNewSkips()) {
      long skipped = model.learner.skippedSteps();
      report(model, key, new SkippedSteps(skipped), model.learner.steps(), listener);
    }
  }

  /** Reports a rollback of the model. */
  void rollback(PrequentialModel model, String key, EngineListener listener) {
    RolledBack what = new RolledBack(model.learner.rollbacks(), model.learningRate());
    report(model, key, what, model.learner.steps(), listener);
  }

  /**
   * Reports a drift or the warning of one.
   *
   * @param steps that the model had taken before it acted on the drift
   */
  void drift(
      PrequentialModel model, String key, DriftSignal signal, long steps, EngineListener listener) {
    if (signal == DriftSignal.NONE) {
      return;
    }
    DriftPolicy policy = model.drift.policy();
    What what =
        signal == DriftSignal.WARNING
            ? new Warning(policy.name())
            : new Drift(policy.name(), policy.action().id(), model.drift.drifts());
    report(model, key, what, steps, listener);
  }

  /**
   * Reports drifts of columns of the input.
   *
   * @param row of the last record that was compared
   */
  void inputDrift(
      PrequentialModel model,
      List<InputDrift> changes,
      Chunk chunk,
      int row,
      EngineListener listener) {
    for (InputDrift change : changes) {
      report(
          chunk.key(),
          model.counters.examples,
          chunk.eventTime(row),
          chunk.windowTime(row),
          change,
          model.learner.steps(),
          listener);
    }
  }

  /**
   * Reports a change of the champion, if there is one that has not been reported.
   *
   * @return true if there is
   */
  boolean championChange(PrequentialModel model, String key, EngineListener listener) {
    ChampionChallenger selection = model.selection();
    ChampionChanged change = selection == null ? null : selection.pollChange();
    if (change != null) {
      report(model, key, change, model.learner.steps(), listener);
    }
    return change != null;
  }

  /** Reports that a key was idle for too long. */
  void expired(KeyModels models, String key, EngineListener listener) {
    report(models.counters(), key, new Expired(), models.steps(), listener);
  }

  /** Reports that a key restarts, because its stored model does not fit the settings. */
  void reset(String key, long eventTime, String reason, EngineListener listener) {
    report(key, 0, eventTime, eventTime, new Reset(reason), 0, listener);
  }

  /**
   * Reports what a command erased, at the time of the command.
   *
   * @param models null if the key has none
   */
  void erased(@Nullable KeyModels models, String key, Erased erased, EngineListener listener) {
    long until = erased.until();
    if (models == null) {
      report(key, 0, until, until, erased, 0, listener);
      return;
    }
    long seq = models.counters().examples;
    long eventTime = seq == 0 ? until : models.counters().eventTime;
    report(key, seq, eventTime, until, erased, models.steps(), listener);
  }

  /** Reports what a command erased from all keys of a subtask, at the time of the command. */
  void erasure(IdErasure erasure, int subtask, int subtasks, EngineListener listener) {
    Erasure what =
        new Erasure(
            erasure.id().column(),
            erasure.hash(),
            erasure.keys(),
            erasure.ids(),
            erasure.pending(),
            erasure.until(),
            subtask,
            subtasks);
    report("", 0, erasure.until(), erasure.until(), what, 0, listener);
  }

  private void report(
      PrequentialModel model, String key, What what, long steps, EngineListener listener) {
    report(model.counters, key, what, steps, listener);
  }

  /** Reports an event at the last record of a key. */
  void report(KeyCounters counters, String key, What what, long steps, EngineListener listener) {
    report(key, counters.examples, counters.eventTime, counters.timestamp, what, steps, listener);
  }

  private void report(
      String key,
      long seq,
      long eventTime,
      long timestamp,
      What what,
      long steps,
      EngineListener listener) {
    listener.event(
        new ModelEvent(spec.pipeline(), key, seq, eventTime, what, steps, spec.configHash()),
        timestamp);
  }
}
