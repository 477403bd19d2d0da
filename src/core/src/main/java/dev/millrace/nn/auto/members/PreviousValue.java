package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import java.util.List;

/** Predicts the last value that was known, or the mean if that is not to be used. */
final class PreviousValue implements Member {

  /** One such member of each mixture of values. */
  static final class Plan implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of(PreviousLabel.NAME);
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new PreviousValue(place.prediction());
    }
  }

  private final int prediction;

  private PreviousValue(int prediction) {
    this.prediction = prediction;
  }

  @Override
  public void predict(Row row) {
    row.values[prediction] = Double.isNaN(row.scaledLast) ? row.mean : row.scaledLast;
  }

  /** Predicts; the target keeps the value. */
  @Override
  public void learn(Row row) {
    predict(row);
  }
}
