package dev.millrace.flink;

import dev.millrace.codec.EventJson;
import dev.millrace.data.ModelEvent;
import dev.millrace.data.ModelEvent.ChampionChanged;
import dev.millrace.data.ModelEvent.Drift;
import dev.millrace.data.ModelEvent.Forgotten;
import dev.millrace.data.ModelEvent.RolledBack;
import dev.millrace.data.ModelEvent.SkippedSteps;
import dev.millrace.data.ModelEvent.StartedAfresh;
import dev.millrace.data.ModelEvent.Warning;
import dev.millrace.data.ModelEvent.What;
import dev.millrace.data.OutputRecord;
import dev.millrace.eval.drift.DriftSignal;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.contest.Contest;
import java.nio.charset.StandardCharsets;

/** Publishes what happens to models. */
final class Events {

  private final TrainSpec spec;
  private final EventJson json = new EventJson();

  Events(TrainSpec spec) {
    this.spec = spec;
  }

  /** Tells of steps that were left out since this was last asked, if there are any. */
  void noteSkipped(PrequentialModel model, String key, SideOutputs out) {
    if (model.takeNewSkips()) {
      long skipped = model.learner().skippedSteps();
      publish(model, key, new SkippedSteps(skipped), model.learner().steps(), out);
    }
  }

  /** Reports a rollback of the model since it had so many, if there is one. */
  void noteRollback(PrequentialModel model, String key, long before, SideOutputs out) {
    OnlineModel learner = model.learner();
    if (learner.rollbacks() > before) {
      RolledBack what = new RolledBack(learner.rollbacks(), model.learningRate());
      publish(model, key, what, learner.steps(), out);
    }
  }

  /**
   * Tells what a detector has to say.
   *
   * @param steps that the model had taken before anything was done about it
   */
  void noteDrift(
      PrequentialModel model, String key, DriftSignal signal, long steps, SideOutputs out) {
    DriftPlan plan = spec.drift();
    switch (signal) {
      case NONE -> {}
      case WARNING -> publish(model, key, new Warning(plan.name()), steps, out);
      case DRIFT ->
          publish(
              model, key, new Drift(plan.name(), plan.action().id(), model.drifts()), steps, out);
    }
  }

  /**
   * Tells of another champion, if there is one that was not told of.
   *
   * @return whether there is
   */
  boolean noteChampion(PrequentialModel model, String key, SideOutputs out) {
    Contest contest = model.contest();
    ChampionChanged change = contest == null ? null : contest.takeChange();
    if (change != null) {
      publish(model, key, change, model.learner().steps(), out);
    }
    return change != null;
  }

  /** Tells that a key has been idle for too long. */
  void noteForgotten(PrequentialModel model, String key, SideOutputs out) {
    publish(model, key, new Forgotten(), model.learner().steps(), out);
  }

  /** Tells that a key starts afresh, because what was stored does not fit. */
  void noteStartedAfresh(String key, long eventTime, String reason, SideOutputs out) {
    publish(key, 0, eventTime, eventTime, new StartedAfresh(reason), 0, out);
  }

  private void publish(PrequentialModel model, String key, What what, long steps, SideOutputs out) {
    publish(key, model.examples(), model.eventTime(), model.timestamp(), what, steps, out);
  }

  private void publish(
      String key,
      long seq,
      long eventTime,
      long timestamp,
      What what,
      long steps,
      SideOutputs out) {
    ModelEvent event =
        new ModelEvent(spec.pipeline(), key, seq, eventTime, what, steps, spec.config());
    out.output(
        Outputs.EVENTS,
        OutputRecord.of(timestamp, key.getBytes(StandardCharsets.UTF_8), json.encode(event)));
  }
}
