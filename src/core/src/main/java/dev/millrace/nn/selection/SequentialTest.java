package dev.millrace.nn.selection;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * The evidence that a challenger is better than the champion.
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
 * prior over the change (Shin, Ramdas and Rinaldo, 2023). The parts sum to 1, so the bound holds
 * for their total capital. Not thread-safe.
 */
final class SequentialTest implements State {

  // 1 + λx stays above a quarter.
  private static final double MAX_STAKE = 0.75;

  // One example that differed by a half: early stakes are small.
  private static final double PRIOR_SQUARE = 0.25;

  private static final double MAX_CAPITAL = 1e12;

  private double capital;
  // Decayed sums of x and x².
  private double sum;
  private double squares;
  private long compared;
  private long lead;

  /** Returns the capital per unit put in. */
  double capital() {
    return capital;
  }

  /** Returns the number of last examples in a row with a lower decayed loss of the challenger. */
  long lead() {
    return lead;
  }

  /**
   * Updates the capital by one more example.
   *
   * @param difference loss of the champion minus that of the challenger, -1 to 1
   * @param keep decay of the sums that the stake follows
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

  /** Returns the share that makes the capital grow fastest (Kelly, 1956), to the second order. */
  private double stake() {
    return sum > 0 ? Math.min(MAX_STAKE, sum / (squares + PRIOR_SQUARE)) : 0;
  }

  /** Updates the lead: true if the challenger's decayed loss is lower now. */
  void updateLead(boolean isBetter) {
    lead = isBetter ? lead + 1 : 0;
  }

  /** Restarts against another champion. */
  void restart() {
    capital = 0;
    sum = 0;
    squares = 0;
    compared = 0;
    lead = 0;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    capital = v.number(capital);
    sum = v.number(sum);
    squares = v.number(squares);
    compared = v.number(compared);
    lead = v.number(lead);
  }
}
