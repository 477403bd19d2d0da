package dev.millrace.nn.selection;

import dev.millrace.data.SizeChecks;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A model of a selection, and its scores. */
final class Candidate {
  // Grows; it does not follow from the memory of a model, whose pages of ids may be stored apart.
  private static final int FIRST_BYTES = 1 << 12;

  /** Bytes of the scores in memory. */
  static final int MEMORY_BYTES = 128;

  final NamedModel named;
  final OnlineModel model;
  final DecayedLoss decayedLoss;
  final SequentialTest test;

  Candidate(NamedModel named, OnlineModel model, DecayedLoss decayedLoss, SequentialTest test) {
    this.named = named;
    this.model = model;
    this.decayedLoss = decayedLoss;
    this.test = test;
  }

  /** Creates a candidate that has no scores yet. */
  static Candidate unscored(NamedModel named, OnlineModel model) {
    return new Candidate(named, model, new DecayedLoss(), new SequentialTest());
  }

  String name() {
    return named.name();
  }

  /** Returns a candidate of the same scores with another model. */
  Candidate with(OnlineModel other) {
    return new Candidate(named, other, decayedLoss, test);
  }

  Candidate copy() {
    return new Candidate(
        named,
        model.copy(),
        State.copy(decayedLoss, new DecayedLoss()),
        State.copy(test, new SequentialTest()));
  }

  /** Writes what {@link Stored#read} reads. */
  void write(DataOutput out) throws IOException {
    out.writeUTF(name());
    decayedLoss.write(out);
    test.write(out);
    PagedOutput bytes = new PagedOutput(FIRST_BYTES);
    model.write(bytes);
    out.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  /** A stored candidate, whose model may be of another kind than its name has now. */
  record Stored(String name, DecayedLoss decayedLoss, SequentialTest test, byte[] model) {
    static Stored read(DataInput in) throws IOException {
      String name = in.readUTF();
      DecayedLoss decayedLoss = State.read(in, new DecayedLoss());
      SequentialTest test = State.read(in, new SequentialTest());
      return new Stored(
          name, decayedLoss, test, SizeChecks.readBytes(in, "bytes of a stored model"));
    }
  }
}
