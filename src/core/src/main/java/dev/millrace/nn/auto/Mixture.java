package dev.millrace.nn.auto;

import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.members.Member;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.ValueTarget;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.report.MetricsReport;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The members of a mixture, and the mixer of their predictions. */
final class Mixture implements State {

  private final Member[] members;
  private final Mixer mixer;
  // Of the members that do not grow: measured once, as sizes are asked for with each record.
  private long fixedBytes;

  Mixture(AutoShape shape, MixtureParts parts) {
    members = shape.create(parts);
    mixer =
        parts.target() instanceof ValueTarget values
            ? new ValueMixer(shape, values)
            : new ClassMixer(shape);
    fixedBytes = memberBytes(false);
  }

  /** Draws what the members begin with. */
  void begin() {
    for (Member member : members) {
      member.begin();
    }
  }

  void use(AutoShape shape, Workspace workspace) {
    for (int m = 0; m < members.length; m++) {
      members[m].use(shape.plan(m), workspace);
    }
  }

  /** Predicts a row, and writes the answer. */
  void predict(Row row, float[] out, int at) {
    for (Member member : members) {
      member.predict(row);
    }
    mixer.mix(row, out, at);
  }

  /** Predicts a row, writes the answer and learns the target; returns the loss of the answer. */
  float learn(Row row, float[] out, int at) {
    for (Member member : members) {
      if (row.classes != 1 || member.learnsOneClass()) {
        member.learn(row);
      }
    }
    mixer.mix(row, out, at);
    return mixer.learn(row, out, at);
  }

  /** Learns the first records, which are in the buffer. */
  void start(Row row) {
    for (Member member : members) {
      member.start(row);
    }
  }

  /** Decides by the first records, before members learn them, on which scale they are mixed. */
  void startScale(ReplayBuffer buffer) {
    mixer.start(buffer);
  }

  void addClass(AutoShape grown) {
    for (int m = 0; m < members.length; m++) {
      members[m].addClass(grown.kind(), grown.plan(m));
    }
    mixer.addClass();
    fixedBytes = memberBytes(false);
  }

  MetricsReport.Members report(List<String> names) {
    return mixer.report(names);
  }

  long memoryBytes() {
    return 4 * MixerWeights.MAX_PREDICTIONS * Float.BYTES + fixedBytes + memberBytes(true);
  }

  private long memberBytes(boolean growing) {
    long bytes = 0;
    for (Member member : members) {
      if (member.grows() == growing) {
        bytes += member.memoryBytes();
      }
    }
    return bytes;
  }

  boolean isFinite() {
    boolean isFinite = true;
    for (Member member : members) {
      isFinite &= member.isFinite();
    }
    return isFinite;
  }

  List<PagedPart> pagedParts() {
    List<PagedPart> parts = new ArrayList<>();
    for (Member member : members) {
      parts.addAll(member.pagedParts());
    }
    return parts;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    for (Member member : members) {
      member.visit(v);
    }
    mixer.visit(v);
  }
}
