package dev.millrace.nn.selection;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A challenger against the champion: how much speaks for it being the better one.
 *
 * <p>That is tested by betting (Waudby-Smith and Ramdas, JRSS B 2024; of forecasters Choe and
 * Ramdas, Operations Research 2024). Before each example a share λ of the capital is staked on the
 * challenger, by what the last examples were like; the example multiplies the capital by 1 + λx,
 * where x in -1..1 is what the champion lost more than the challenger. As long as the challenger is
 * not expected to do better, E[x | past] ≤ 0, whatever λ is, the capital is not expected to grow,
 * and so reaches 1/α ever with probability α at most (Ville, 1939), however often one looks.
 *
 * <p>A challenger may become better late, when its capital is long lost. So a part of 1, 1 / (j(j +
 * 1)), is put in before the j-th stretch of examples, as in a Shiryaev-Roberts procedure with a
 * prior over the change (Shin, Ramdas and Rinaldo, 2023). The parts sum to 1, and what was said of
 * the capital holds for all of them together. Not thread-safe.
 */
final class SequentialTest {

  // 1 + λx stays above a quarter.
  private static final double MAX_STAKE = 0.75;

  // One example that differed by a half: early stakes are small.
  private static final double PRIOR_SQUARE = 0.25;

  private static final double MAX_CAPITAL = 1e12;

  private double capital;
  // Of x and x², fading.
  private double sum;
  private double squares;
  private long compared;
  private long lead;

  /** Capital for each unit put in. */
  double capital() {
    return capital;
  }

  /**
   * Examples without a break, up to the last, for which the challenger's windowed loss was lower.
   */
  long lead() {
    return lead;
  }

  /**
   * Takes what one more example says.
   *
   * @param difference what the champion lost more, -1 to 1
   * @param keep what an example counts of the next one's weight in what the stake goes by
   * @param stretch examples between two parts of the stake
   */
  void update(double difference, double keep, int stretch) {
    if (compared % stretch == 0) {
      long parts = compared / stretch;
      double j = 1.0 + (double) parts;
      capital += 1 / (j * (j + 1));
    }
    compared++;
    capital = Math.min(MAX_CAPITAL, capital * (1 + stake() * difference));
    sum = sum * keep + difference;
    squares = squares * keep + difference * difference;
  }

  /** The share that makes the capital grow fastest (Kelly, 1956), to the second order. */
  private double stake() {
    return sum > 0 ? Math.min(MAX_STAKE, sum / (squares + PRIOR_SQUARE)) : 0;
  }

  /** Notes whether the challenger's windowed loss is the lower one now. */
  void rank(boolean isBetter) {
    lead = isBetter ? lead + 1 : 0;
  }

  /** Starts again, against another champion. */
  void restart() {
    capital = 0;
    sum = 0;
    squares = 0;
    compared = 0;
    lead = 0;
  }

  SequentialTest copy() {
    SequentialTest copy = new SequentialTest();
    copy.capital = capital;
    copy.sum = sum;
    copy.squares = squares;
    copy.compared = compared;
    copy.lead = lead;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(capital);
    out.writeDouble(sum);
    out.writeDouble(squares);
    out.writeLong(compared);
    out.writeLong(lead);
  }

  static SequentialTest read(DataInput in) throws IOException {
    SequentialTest duel = new SequentialTest();
    duel.capital = in.readDouble();
    duel.sum = in.readDouble();
    duel.squares = in.readDouble();
    duel.compared = in.readLong();
    duel.lead = in.readLong();
    return duel;
  }
}
