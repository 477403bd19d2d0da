package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.spec.AutoSpec.Extra;
import java.util.Arrays;
import java.util.List;

/** The prediction of the nearest records in the buffer, see {@link Neighbours}. */
final class NeighbourMember implements Member {

  /** One such member of each mixture that asks for it. */
  static final class Plan implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of(Extra.KNN.id());
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new NeighbourMember(parts, place);
    }
  }

  private final MixtureParts parts;
  private final int prediction;

  private NeighbourMember(MixtureParts parts, MemberPlan.Place place) {
    this.parts = parts;
    prediction = place.prediction();
  }

  @Override
  public void predict(Row row) {
    Neighbours neighbours = row.workspace.shared(Neighbours.class, Neighbours::new);
    ReplayBuffer buffer = parts.buffer();
    neighbours.find(row.encoded, 0, parts.scaler(), Scaler.CLIP, buffer);
    if (row.isClassification) {
      int at = row.at(prediction);
      Arrays.fill(row.predictions, at, at + row.stride, 0f);
      neighbours.vote(buffer, row.predictions, at, row.classes);
    } else {
      row.values[prediction] = neighbours.mean(buffer, row.mean);
    }
  }

  /** Predicts; the buffer keeps the row. */
  @Override
  public void learn(Row row) {
    predict(row);
  }
}
