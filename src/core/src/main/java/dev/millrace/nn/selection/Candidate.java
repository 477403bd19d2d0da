package dev.millrace.nn.selection;

import dev.millrace.data.SizeChecks;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.SelectionSpec.NamedModel;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;

/** A model of a selection, and how it does. */
final class Candidate {

  /** Of standing and duel. */
  static final int MEMORY_BYTES = 128;

  final NamedModel entrant;
  final OnlineModel model;
  final DecayedLoss standing;
  final SequentialTest duel;

  Candidate(NamedModel entrant, OnlineModel model, DecayedLoss standing, SequentialTest duel) {
    this.entrant = entrant;
    this.model = model;
    this.standing = standing;
    this.duel = duel;
  }

  /** One that has learned nothing, or of whose learning nothing is known. */
  static Candidate begin(NamedModel entrant, OnlineModel model) {
    return new Candidate(entrant, model, new DecayedLoss(), new SequentialTest());
  }

  String name() {
    return entrant.name();
  }

  /** The same with another model in its place. */
  Candidate with(OnlineModel other) {
    return new Candidate(entrant, other, standing, duel);
  }

  Candidate copy() {
    return new Candidate(entrant, model.copy(), standing.copy(), duel.copy());
  }

  /** What {@link Stored#read} reads. */
  void write(DataOutput out) throws IOException {
    out.writeUTF(name());
    standing.write(out);
    duel.write(out);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) model.memoryBytes());
    model.write(new DataOutputStream(bytes));
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
  }

  /** A contender as it was written: its model may not be of the kind that its name stands for. */
  record Stored(String name, DecayedLoss standing, SequentialTest duel, byte[] model) {
    static Stored read(DataInput in) throws IOException {
      String name = in.readUTF();
      DecayedLoss standing = DecayedLoss.read(in);
      SequentialTest duel = SequentialTest.read(in);
      return new Stored(name, standing, duel, SizeChecks.readBytes(in, "bytes of a stored model"));
    }
  }
}
