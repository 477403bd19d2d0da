package dev.millrace.flink;

import dev.millrace.codec.InputSpec;
import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Makes examples of features and labels that come apart, one at a time: a label that finds its
 * features becomes an example like any other, but for the prediction that is scored, which is the
 * one made when the features came. One for all keys of a subtask, which take turns.
 */
final class LateExamples {
  private final TrainSpec spec;
  private final InputSpec.LateLabels labels;
  private final long mostBytes;
  private final TrainScratch scratch;
  // Null if they are not published.
  private final Predictions predictions;
  private final Counter[] counters;
  private final Example example = new Example();
  private final Chunk single = new Chunk();
  // The record at hand: where it is, its time, its id and what it is joined by.
  private Chunk origin;
  private int originRow;
  private long time;
  private String id;
  private String idOfPass;

  /**
   * @param mostBytes of a key's model and all that waits
   */
  LateExamples(
      TrainSpec spec,
      long mostBytes,
      TrainScratch scratch,
      Predictions predictions,
      MetricGroup group) {
    this.spec = spec;
    this.labels = spec.input().labels();
    this.mostBytes = mostBytes;
    this.scratch = scratch;
    this.predictions = predictions;
    counters = new Counter[LabelOutcome.values().length];
    for (LabelOutcome outcome : LabelOutcome.values()) {
      counters[outcome.ordinal()] = JobMetric.LABELS.counter(group, outcome);
    }
  }

  /**
   * Whether a model can begin with a row. With a label alone it cannot where nobody says how many
   * features there are, whatever else stands in the chunk.
   */
  boolean canBegin(Chunk chunk, int row) {
    return chunk.kind(row).hasFeatures() || spec.input().width() > 0 || isWarmStart();
  }

  /**
   * A chunk that says how many features a key's model has: the given one, or if it has labels alone
   * an empty one of as many features as are declared.
   */
  Chunk shape(Chunk chunk) {
    return chunk.width() > 0 || isWarmStart()
        ? chunk
        : new Chunk(
            chunk.key(), 0, spec.input().width(), chunk.epoch(), true, new String[0], new byte[0]);
  }

  private boolean isWarmStart() {
    return spec.model().start() != null;
  }

  /** Begins another pass over the data; what still waits for the other half is not learned. */
  void startEpoch(LabelJoin join) {
    join.countIn(counters);
    join.startEpoch();
  }

  /**
   * Begins with a row, whose features if it has any are as many as the model's. {@link #timedOut}
   * and then {@link #next} return the examples to be learned by it.
   */
  void begin(PrequentialModel model, LabelJoin join, Chunk chunk, int row) {
    origin = chunk;
    originRow = row;
    join.countIn(counters);
    time = Math.max(0, PrequentialModel.windowTime(chunk, row));
    id = chunk.id(row);
    idOfPass = idOfPass(id, chunk.epoch());
    // A straggler of the pass before says nothing about the time of this one.
    join.advance(chunk.epoch() < model.epoch() ? 0 : time);
    if (chunk.kind(row).hasFeatures() || labels.topic() == null) {
      model.seen(chunk, row);
    }
  }

  /**
   * Takes an example whose label did not come in time, with the label for that.
   *
   * @return the example, alone in a chunk that is filled again by the next call; null if there are
   *     no more
   */
  Chunk timedOut(PrequentialModel model, LabelJoin join) {
    if (labels.onTimeout() == null) {
      return null;
    }
    boolean isLabel = origin.kind(originRow) != RecordKind.FEATURES;
    LabelJoin.TimedOut timedOut =
        join.takeTimedOut(isLearnable(model), isLabel ? idOfPass : null, time);
    if (timedOut == null) {
      return null;
    }
    scratch.pending = timedOut.features();
    fill(timedOut.features(), model.learner().inputs());
    example.label = labels.onTimeout().label();
    example.target = labels.onTimeout().target();
    return single(idOfExample(timedOut.id(), origin.epoch()));
  }

  /** A model that was stored before its pipeline named the label may have other classes. */
  private boolean isLearnable(PrequentialModel model) {
    return !model.task().isClassification()
        || model.classes().index(labels.onTimeout().label()) >= 0
        || Refusals.ofClass(spec, mostBytes, model, labels.onTimeout().label()) == null;
  }

  /**
   * Takes the row itself.
   *
   * @return the example to be learned now, alone in a chunk that is filled again by the next call;
   *     null if there is none
   */
  Chunk next(PrequentialModel model, LabelJoin join, SideOutputs out) {
    scratch.pending = null;
    RecordKind kind = origin.kind(originRow);
    boolean isWhole =
        kind == RecordKind.FEATURES
            ? takeFeatures(model, join, out)
            : takeLabel(model, join, kind == RecordKind.EXAMPLE);
    return isWhole ? single(id) : null;
  }

  /** What an example is joined by: each pass over a data set has all of its ids again. */
  private static String idOfPass(String id, int epoch) {
    return epoch <= 1 ? id : id + '\0' + epoch;
  }

  private static String idOfExample(String idOfPass, int epoch) {
    int end = epoch <= 1 ? -1 : idOfPass.lastIndexOf('\0');
    return end < 0 ? idOfPass : idOfPass.substring(0, end);
  }

  /** Takes features; whether their label has come before. */
  private boolean takeFeatures(PrequentialModel model, LabelJoin join, SideOutputs out) {
    if (join.isDuplicateOfFeatures(idOfPass)) {
      return false;
    }
    EarlyLabel early = join.takeLabel(idOfPass, time);
    if (early != null) {
      fillFeatures();
      example.label = early.label();
      example.target = early.target();
      return true;
    }
    int predicted = model.predict(origin, originRow, scratch);
    float[] scores = Arrays.copyOf(scratch.scores, model.learner().outputs());
    if (predictions != null) {
      out.output(
          Outputs.PREDICTIONS,
          predictions.withoutLabel(model, origin, originRow, scores, predicted));
    }
    PendingFeatures pending =
        new PendingFeatures(
            Arrays.copyOf(scratch.features, origin.width()),
            origin.weight(originRow),
            time,
            origin.partition(originRow),
            origin.offset(originRow),
            scores,
            predicted);
    join.keep(idOfPass, pending, room(model));
    return false;
  }

  /**
   * Takes a label; whether its features are at hand.
   *
   * @param withFeatures whether the record has some itself, which count if none came before
   */
  private boolean takeLabel(PrequentialModel model, LabelJoin join, boolean withFeatures) {
    PendingFeatures pending = join.takeFeatures(idOfPass, time);
    if (pending == null) {
      pending = join.takeDefaulted(idOfPass, label(), target(), time);
    }
    if (pending != null) {
      scratch.pending = pending;
      fill(pending, model.learner().inputs());
    } else if (withFeatures && !join.isSettled(idOfPass)) {
      join.complete(idOfPass);
      fillFeatures();
    } else {
      if (!join.isDuplicateOrLateLabel(idOfPass)) {
        join.keep(idOfPass, new EarlyLabel(label(), target(), time), room(model));
      }
      return false;
    }
    example.label = label();
    example.target = target();
    return true;
  }

  /** Bytes that all that waits for the key may take. */
  private long room(PrequentialModel model) {
    return mostBytes - model.learner().memoryBytes();
  }

  private void fillFeatures() {
    example.resize(origin.width());
    origin.copyFeatures(originRow, originRow + 1, example.features);
    example.weight = origin.weight(originRow);
    fillRecord(
        origin.partition(originRow),
        origin.offset(originRow),
        predictions == null ? TraceHeaders.NONE : TraceHeaders.values(origin, originRow));
  }

  // Of a model that has grown since, the new features are missing.
  private void fill(PendingFeatures pending, int inputs) {
    example.resize(inputs);
    int known = Math.min(pending.features().length, inputs);
    System.arraycopy(pending.features(), 0, example.features, 0, known);
    Arrays.fill(example.features, known, inputs, Float.NaN);
    example.weight = pending.weight();
    fillRecord(pending.partition(), pending.offset(), TraceHeaders.NONE);
  }

  // Of the record itself only what metrics and predictions tell; a dead letter is made of the one
  // at hand.
  private void fillRecord(int partition, long offset, byte[][] traceHeaders) {
    example.record =
        new KafkaRecord(
            spec.topic(),
            partition,
            offset,
            origin.timestamp(originRow),
            null,
            null,
            TraceHeaders.names(traceHeaders),
            traceHeaders);
  }

  private String label() {
    return origin.isClassification() ? origin.label(origin.labelOf(originRow)) : null;
  }

  private double target() {
    return origin.target(originRow);
  }

  private Chunk single(String exampleId) {
    byte[] utf8 = exampleId.getBytes(StandardCharsets.UTF_8);
    example.setId(utf8, utf8.length);
    example.key = origin.key();
    example.eventTime = origin.eventTime(originRow);
    example.epoch = origin.epoch();
    single.clear();
    single.add(example);
    return single;
  }

  /** The record behind a row, or behind the row that the example at hand comes from. */
  KafkaRecord record(Chunk chunk, int row) {
    Chunk of = chunk == single ? origin : chunk;
    int at = chunk == single ? originRow : row;
    boolean ofLabels = labels.topic() != null && of.kind(at) == RecordKind.LABEL;
    return of.record(at, ofLabels ? labels.topic() : spec.topic());
  }
}
