package dev.millrace.prequential.key;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.SizeChecks;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.ValidationScores;
import dev.millrace.eval.drift.InputColumns;
import dev.millrace.eval.drift.InputDriftDetector;
import dev.millrace.explain.ColumnImportance;
import dev.millrace.explain.Explainer;
import dev.millrace.explain.RowColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.state.KeyPart;
import dev.millrace.state.State;
import java.io.DataOutput;
import java.io.IOException;
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
public final class KeyParts {

  /** Reads a part; returns null, after its bytes, if a new one is needed or none. */
  private interface Reader {
    @Nullable KeyPart read(BoundedDataInput in, PartOrigin origin) throws IOException;
  }

  /** How stored bytes say whether a part follows. */
  private enum Presence {
    /** A flag before it says so; behind forecasts, which have no delayed labels, there is none. */
    OWN_FLAG,
    /** A bit of the byte before the first of these kinds says so. */
    SHARED_BIT,
    /** The settings say so, which stored state must fit; the reader asks them. */
    SETTINGS
  }

  /**
   * A kind of part.
   *
   * @param create returns a new part; null if the pipeline does not ask for it
   */
  private record Kind(
      Presence presence, Function<PartOrigin, @Nullable KeyPart> create, Reader reader) {}

  // In the order of the stored bytes. Nothing follows the last, whose bytes need not be read.
  private static final List<Kind> KINDS =
      List.of(
          new Kind(Presence.OWN_FLAG, DriftMonitor::create, DriftMonitor::read),
          new Kind(Presence.SHARED_BIT, KeyParts::validation, KeyParts::readValidation),
          new Kind(Presence.SETTINGS, KeyParts::derived, as(KeyParts::derived)),
          new Kind(Presence.SHARED_BIT, Intervals::create, Intervals::read),
          new Kind(Presence.SHARED_BIT, KeyParts::inputDrift, KeyParts::readInputDrift),
          new Kind(Presence.SHARED_BIT, KeyParts::importance, KeyParts::readImportance),
          new Kind(Presence.SETTINGS, ForecastState::create, ForecastState::read),
          new Kind(Presence.OWN_FLAG, KeyParts::labels, as(KeyParts::labels)));

  private static final int NOT_READ = -1;
  private static final int SHARED_BITS =
      (1 << KINDS.stream().filter(kind -> kind.presence() == Presence.SHARED_BIT).count()) - 1;

  // By kind; null where the pipeline does not ask for one.
  private final @Nullable KeyPart[] parts;
  // Those that are there, often none: each record looks for several.
  private KeyPart[] present;

  private KeyParts(@Nullable KeyPart[] parts) {
    this.parts = parts;
    present = present(parts);
  }

  private static KeyPart[] present(@Nullable KeyPart[] parts) {
    int count = 0;
    KeyPart[] present = new KeyPart[parts.length];
    for (KeyPart part : parts) {
      if (part != null) {
        present[count++] = part;
      }
    }
    return Arrays.copyOf(present, count);
  }

  /** Creates the parts of a new key. */
  static KeyParts create(PartOrigin origin) {
    return complete(new KeyPart[KINDS.size()], origin);
  }

  /**
   * Reads what {@link #write} wrote. Parts that were not stored, or under other settings, are new.
   */
  static KeyParts read(BoundedDataInput in, PartOrigin origin) throws IOException {
    @Nullable KeyPart[] read = new KeyPart[KINDS.size()];
    int bits = NOT_READ;
    for (int k = 0; k < read.length; k++) {
      boolean follows = true;
      switch (KINDS.get(k).presence()) {
        case OWN_FLAG -> follows = hasFlag(read, k) && in.readBoolean();
        case SHARED_BIT -> {
          bits =
              bits == NOT_READ
                  ? (int)
                      SizeChecks.require("parts of a key", in.readUnsignedByte(), 0, SHARED_BITS)
                  : bits;
          follows = (bits & 1) != 0;
          bits >>= 1;
        }
        case SETTINGS -> {}
      }
      read[k] = follows ? KINDS.get(k).reader().read(in, origin) : null;
    }
    return complete(read, origin);
  }

  private static boolean hasFlag(@Nullable KeyPart[] parts, int kind) {
    return kind == 0 || !(parts[kind - 1] instanceof ForecastState);
  }

  /** Adds the kinds that are missing. */
  private static KeyParts complete(@Nullable KeyPart[] parts, PartOrigin origin) {
    for (int k = 0; k < parts.length; k++) {
      parts[k] = parts[k] == null ? KINDS.get(k).create().apply(origin) : parts[k];
    }
    return new KeyParts(parts);
  }

  /** Returns a reader into a new part; it reads nothing if the pipeline does not ask for one. */
  private static <P extends KeyPart & State> Reader as(Function<PartOrigin, @Nullable P> create) {
    return (in, origin) -> {
      P part = create.apply(origin);
      return part == null ? null : State.read(in, part);
    };
  }

  private static @Nullable ValidationScores validation(PartOrigin origin) {
    return origin.spec().metrics().validation().fraction() == 0
        ? null
        : new ValidationScores(origin.task(), origin.spec().metrics());
  }

  private static @Nullable ValidationScores readValidation(BoundedDataInput in, PartOrigin origin)
      throws IOException {
    ValidationScores scores =
        State.read(in, new ValidationScores(origin.task(), origin.spec().metrics()));
    origin.classes().requireMetrics(origin.task(), scores.metrics());
    return origin.spec().metrics().validation().fraction() == 0 ? null : scores;
  }

  private static @Nullable DerivedState derived(PartOrigin origin) {
    InputSpec input = origin.spec().input();
    return input.derived().isEmpty() ? null : new DerivedState(input);
  }

  private static @Nullable InputDriftDetector inputDrift(PartOrigin origin) {
    return InputDriftDetector.create(origin.spec().inputDrift(), columns(origin));
  }

  private static @Nullable InputDriftDetector readInputDrift(BoundedDataInput in, PartOrigin origin)
      throws IOException {
    return InputDriftDetector.read(in, origin.spec().inputDrift(), columns(origin));
  }

  private static InputColumns columns(PartOrigin origin) {
    return SharedColumns.of(origin.spec().input(), origin.learner().inputs(), origin.workspace());
  }

  private static @Nullable ColumnImportance importance(PartOrigin origin) {
    return origin.spec().publish().reasons() == 0
        ? null
        : new ColumnImportance(
            Explainer.of(origin.spec().input(), origin.learner().inputs(), origin.workspace())
                .columns());
  }

  private static @Nullable ColumnImportance readImportance(BoundedDataInput in, PartOrigin origin)
      throws IOException {
    RowColumns columns = RowColumns.of(origin.spec().input(), origin.learner().inputs());
    ColumnImportance importance = importance(origin);
    State.read(in, importance == null ? new ColumnImportance(columns) : importance);
    return importance;
  }

  private static @Nullable LabelJoin labels(PartOrigin origin) {
    LateLabels labels = origin.spec().input().labels();
    return labels == null
        ? null
        : new LabelJoin(
            labels,
            origin.spec().metrics().window(),
            origin.task(),
            origin.learner().outputs(),
            origin.hasProbabilities());
  }

  void write(DataOutput out) throws IOException {
    boolean hasBits = false;
    for (int k = 0; k < parts.length; k++) {
      KeyPart part = parts[k];
      Presence presence = KINDS.get(k).presence();
      if (presence == Presence.OWN_FLAG && hasFlag(parts, k)) {
        out.writeBoolean(part != null);
      } else if (presence == Presence.SHARED_BIT && !hasBits) {
        out.writeByte(sharedBits());
        hasBits = true;
      }
      if (part != null) {
        part.write(out);
      }
    }
  }

  private int sharedBits() {
    int bits = 0;
    int bit = 1;
    for (int k = 0; k < parts.length; k++) {
      if (KINDS.get(k).presence() == Presence.SHARED_BIT) {
        bits |= parts[k] == null ? 0 : bit;
        bit <<= 1;
      }
    }
    return bits;
  }

  KeyParts copy() {
    @Nullable KeyPart[] copies = new KeyPart[parts.length];
    for (int k = 0; k < copies.length; k++) {
      KeyPart part = parts[k];
      copies[k] = part == null ? null : part.copy();
    }
    return new KeyParts(copies);
  }

  /** Returns the part of a class; null if the pipeline does not ask for it. */
  <P extends KeyPart> @Nullable P find(Class<P> type) {
    for (KeyPart part : present) {
      if (part.getClass() == type) {
        return type.cast(part);
      }
    }
    return null;
  }

  /** Starts the importance of the columns again, if there is one, for other columns. */
  public void restartImportance(PartOrigin origin) {
    for (int k = 0; k < parts.length; k++) {
      parts[k] = parts[k] instanceof ColumnImportance ? importance(origin) : parts[k];
    }
    present = present(parts);
  }

  void forEach(Consumer<KeyPart> action) {
    for (KeyPart part : present) {
      action.accept(part);
    }
  }

  public long sum(ToLongFunction<KeyPart> number) {
    long sum = 0;
    for (KeyPart part : present) {
      sum += number.applyAsLong(part);
    }
    return sum;
  }

  boolean any(Predicate<KeyPart> predicate) {
    for (KeyPart part : present) {
      if (predicate.test(part)) {
        return true;
      }
    }
    return false;
  }
}
