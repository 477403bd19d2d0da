package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.drift.InputColumns;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.explain.ColumnImportance;
import dev.millrace.explain.Explainer;
import dev.millrace.explain.RowColumns;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a key that its pipeline asks for. One line in {@link #KINDS} gives a part to all
 * keys. Not thread-safe.
 */
final class KeyParts {

  /**
   * What a part is made of.
   *
   * @param key null for stored state
   * @param learner the model of the key
   */
  record Origin(
      TrainSpec spec,
      @Nullable String key,
      Task task,
      ClassNames classes,
      OnlineModel learner,
      Workspace workspace) {

    /** Returns true if the model predicts probabilities of classes. */
    boolean hasProbabilities() {
      return Models.givesProbabilities(spec.model(), task);
    }
  }

  /** Reads a part; returns null, after its bytes, if a new one is needed or none. */
  private interface Reader {
    @Nullable KeyPart read(BoundedDataInput in, Origin origin) throws IOException;
  }

  /**
   * A kind of part.
   *
   * @param create returns a new part; null if the pipeline does not ask for it
   */
  private record Kind(Function<Origin, @Nullable KeyPart> create, Reader reader) {}

  // In the order of the stored bytes. Behind those of the last two nothing follows: they are not
  // read if the pipeline does not ask for them.
  private static final List<Kind> KINDS =
      List.of(
          new Kind(DriftMonitor::create, DriftMonitor::read),
          new Kind(KeyParts::validation, KeyParts::readValidation),
          new Kind(KeyParts::derived, KeyParts::readDerived),
          new Kind(Intervals::create, Intervals::read),
          new Kind(KeyParts::inputDrift, KeyParts::readInputDrift),
          new Kind(KeyParts::importance, KeyParts::readImportance),
          new Kind(ForecastState::create, ForecastState::read),
          new Kind(LabelJoin::create, LabelJoin::read));

  // Their numbers. A flag says whether the first follows, and one whether the last does; a byte
  // says the same of validation, intervals and the two kinds behind these; the settings of others.
  private static final int DRIFT = 0;
  private static final int VALIDATION = 1;
  private static final int DERIVED = 2;
  private static final int INTERVALS = 3;
  private static final int FORECAST = 6;
  private static final int LABELS = 7;
  private static final int MORE_FLAGS = 7;

  private final KeyPart[] parts;
  // Of each kind a bit.
  private final int kinds;

  private KeyParts(KeyPart[] parts, int kinds) {
    this.parts = parts;
    this.kinds = kinds;
  }

  /** Creates the parts of a new key. */
  static KeyParts create(Origin origin) {
    return complete(new KeyPart[KINDS.size()], origin);
  }

  /**
   * Reads what {@link #write} wrote. Parts that were not stored, or under other settings, are new.
   */
  static KeyParts read(BoundedDataInput in, Origin origin) throws IOException {
    InputSpec input = origin.spec.input();
    int stored = input.derived().isEmpty() ? 0 : 1 << DERIVED;
    stored |= input.forecast() == null ? 0 : 1 << FORECAST;
    @Nullable KeyPart[] read = new KeyPart[KINDS.size()];
    for (int k = 0; k < read.length; k++) {
      if (k == DRIFT || (k == LABELS && input.labels() != null)) {
        stored |= in.readBoolean() ? 1 << k : 0;
      } else if (k == VALIDATION) {
        int flags = in.readByte();
        stored |= (flags & 1) << VALIDATION | (flags >> 1 & MORE_FLAGS) << INTERVALS;
      }
      if ((stored & 1 << k) != 0) {
        read[k] = KINDS.get(k).reader().read(in, origin);
      }
    }
    return complete(read, origin);
  }

  /** Adds the kinds that are missing. */
  private static KeyParts complete(@Nullable KeyPart[] known, Origin origin) {
    List<KeyPart> parts = new ArrayList<>();
    int kinds = 0;
    for (int k = 0; k < known.length; k++) {
      KeyPart part = known[k] == null ? KINDS.get(k).create().apply(origin) : known[k];
      if (part != null) {
        parts.add(part);
        kinds |= 1 << k;
      }
    }
    return new KeyParts(parts.toArray(KeyPart[]::new), kinds);
  }

  private static @Nullable ValidationScores validation(Origin origin) {
    return origin.spec.metrics().validation().fraction() == 0
        ? null
        : new ValidationScores(origin.task, origin.spec.metrics());
  }

  private static @Nullable ValidationScores readValidation(BoundedDataInput in, Origin origin)
      throws IOException {
    ValidationScores scores =
        State.read(in, new ValidationScores(origin.task, origin.spec.metrics()));
    ModelFormat.requireMetrics(origin.task, scores.metrics(), origin.classes);
    return origin.spec.metrics().validation().fraction() == 0 ? null : scores;
  }

  private static @Nullable DerivedState derived(Origin origin) {
    InputSpec input = origin.spec.input();
    return input.derived().isEmpty() ? null : new DerivedState(input);
  }

  private static DerivedState readDerived(BoundedDataInput in, Origin origin) throws IOException {
    return State.read(in, new DerivedState(origin.spec.input()));
  }

  private static @Nullable InputDriftDetector inputDrift(Origin origin) {
    return InputDriftDetector.create(origin.spec.inputDrift(), columns(origin));
  }

  private static @Nullable InputDriftDetector readInputDrift(BoundedDataInput in, Origin origin)
      throws IOException {
    return InputDriftDetector.read(in, origin.spec.inputDrift(), columns(origin));
  }

  private static InputColumns columns(Origin origin) {
    return SharedColumns.of(origin.spec.input(), origin.learner.inputs(), origin.workspace);
  }

  private static @Nullable ColumnImportance importance(Origin origin) {
    return origin.spec.reasons() == 0
        ? null
        : new ColumnImportance(
            Explainer.of(origin.spec.input(), origin.learner.inputs(), origin.workspace).columns());
  }

  private static @Nullable ColumnImportance readImportance(BoundedDataInput in, Origin origin)
      throws IOException {
    RowColumns columns = RowColumns.of(origin.spec.input(), origin.learner.inputs());
    ColumnImportance importance = importance(origin);
    State.read(in, importance == null ? new ColumnImportance(columns) : importance);
    return importance;
  }

  void write(DataOutput out) throws IOException {
    int next = 0;
    for (int k = 0; k < KINDS.size(); k++) {
      if (k == DRIFT || (k == LABELS && (kinds & 1 << FORECAST) == 0)) {
        out.writeBoolean((kinds & 1 << k) != 0);
      } else if (k == VALIDATION) {
        out.writeByte((kinds >> VALIDATION & 1) | (kinds >> INTERVALS & MORE_FLAGS) << 1);
      }
      if ((kinds & 1 << k) != 0) {
        parts[next++].write(out);
      }
    }
  }

  KeyParts copy() {
    return new KeyParts(Arrays.stream(parts).map(KeyPart::copy).toArray(KeyPart[]::new), kinds);
  }

  /** Returns the part of a class; null if the pipeline does not ask for it. */
  <P extends KeyPart> @Nullable P find(Class<P> type) {
    for (KeyPart part : parts) {
      if (part.getClass() == type) {
        return type.cast(part);
      }
    }
    return null;
  }

  /** Starts the importance of the columns again, if there is one, for other columns. */
  void restartImportance(Origin origin) {
    ColumnImportance importance = importance(origin);
    for (int p = 0; p < parts.length && importance != null; p++) {
      parts[p] = parts[p] instanceof ColumnImportance ? importance : parts[p];
    }
  }

  void forEach(Consumer<KeyPart> action) {
    for (KeyPart part : parts) {
      action.accept(part);
    }
  }

  long sum(ToLongFunction<KeyPart> number) {
    long sum = 0;
    for (KeyPart part : parts) {
      sum += number.applyAsLong(part);
    }
    return sum;
  }

  boolean any(Predicate<KeyPart> predicate) {
    for (KeyPart part : parts) {
      if (predicate.test(part)) {
        return true;
      }
    }
    return false;
  }
}
