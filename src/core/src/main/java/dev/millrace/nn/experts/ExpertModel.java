package dev.millrace.nn.experts;

import dev.millrace.nn.loss.Huber;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.report.MetricsReport;
import dev.millrace.simd.ScalarScaling;
import dev.millrace.state.ArrayBytes;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Predicts a value from the columns of a row that are predictions of it (experts), such as the last
 * known value or the one a season before: by an average of the experts, and by a linear regression
 * on their differences and on the numbers of the row. The average of both is the base, from which a
 * mixture of networks predicts the rest; the answer is an average of all three.
 *
 * <p>Weights are learned from the predictions that were made when the features came, if the label
 * came later: of those made when it came, a network's would look better than they were. Not
 * thread-safe.
 */
public final class ExpertModel implements State {

  /** Number of predictions that are kept until a late label comes. */
  public static final int REMEMBERED = ExpertScratch.AVERAGED;

  /** Max number of inputs of the regression, with the constant: its cost grows with the square. */
  private static final int MAX_INPUTS = 64;

  private static final double CLIP = 4;
  private static final double EXPERT_CLIP = 20;
  private static final double MAX_TARGET = 1e6;
  private static final float MAX_LOSS = 1e30f;
  private static final double KEPT = 0.999;
  private static final float LOSS_KEPT = 0.999f;
  private static final int AVERAGE = 0;
  private static final int REGRESSION = 1;
  private static final int MIXTURE = 2;
  private static final List<String> NAMES = List.of("experts", "regression");

  private final int width;
  private final int[] experts;
  // Number of experts and numbers in the regression.
  private final int regressed;
  private final int[] numbers;
  private final ExpertPool average;
  private final RidgeRegression regression;
  private final ExpertPool base;
  private final ExpertPool answer;
  // [3 x numbers], as the kernels have them.
  private final double[] statistics;
  // The same of the target.
  private final double[] target;
  private final float[] losses;
  private double lossPower = 1;

  /**
   * Creates a model that has learned nothing.
   *
   * @param indicators which columns are experts, at least one
   * @param width floats of a row
   */
  public ExpertModel(Indicators indicators, int width) {
    this.width = width;
    experts = indicators.expertColumns();
    regressed = Math.min(experts.length, MAX_INPUTS - 1);
    numbers = numbers(indicators, width);
    average = new ExpertPool(experts.length);
    regression = new RidgeRegression(inputs());
    base = new ExpertPool(REMEMBERED - 1);
    answer = new ExpertPool(REMEMBERED);
    statistics = new double[3 * numbers.length];
    target = new double[3];
    losses = new float[NAMES.size()];
  }

  /** Returns the places of the numbers that the regression has: no ids, no experts. */
  private static int[] numbers(Indicators indicators, int width) {
    int[] experts = indicators.expertColumns();
    int room = Math.max(0, MAX_INPUTS - 1 - experts.length);
    List<Integer> numbers = new ArrayList<>();
    int next = 0;
    for (int place : indicators.ids().numbers(width)) {
      if (next < experts.length && experts[next] == place) {
        next++;
      } else if (numbers.size() < room) {
        numbers.add(place);
      }
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private int inputs() {
    return regressed + numbers.length + 1;
  }

  /** Returns the bytes in memory of a model. */
  public long memoryBytes() {
    return ArrayBytes.of(this);
  }

  /**
   * Predicts the base of a row, and leaves the row in the scratch as networks see it: experts are
   * relative to the base, but for the first one, whose place has the base itself.
   */
  public void predict(float[] row, int offset, ExpertScratch scratch) {
    scratch.fit(experts.length, inputs(), width);
    int known = 0;
    double sum = 0;
    for (int k = 0; k < experts.length; k++) {
      double prediction = row[offset + experts[k]];
      boolean isKnown = Double.isFinite(prediction);
      scratch.predictions[k] = isKnown ? prediction : Double.NaN;
      if (isKnown) {
        sum += prediction;
        known++;
      }
    }
    scratch.isKnown = known > 0;
    double mean = target[1];
    scratch.reference = known > 0 ? sum / known : mean;
    scratch.scale = average.scale();
    scratch.two[AVERAGE] = known > 0 ? average.average(scratch.predictions) : mean;
    writeInputs(row, offset, scratch);
    scratch.two[REGRESSION] =
        scratch.reference + scratch.scale * regression.predict(scratch.inputs);
    scratch.base = base.average(scratch.two);
    writeRow(row, offset, scratch);
  }

  private void writeInputs(float[] row, int offset, ExpertScratch scratch) {
    double[] inputs = scratch.inputs;
    for (int k = 0; k < regressed; k++) {
      double off = (scratch.predictions[k] - scratch.reference) / scratch.scale;
      inputs[k] = Double.isNaN(off) ? 0 : Math.max(-EXPERT_CLIP, Math.min(EXPERT_CLIP, off));
    }
    for (int i = 0; i < numbers.length; i++) {
      inputs[regressed + i] = scaled(i, row[offset + numbers[i]]);
    }
    inputs[regressed + numbers.length] = 1;
  }

  private double scaled(int number, double value) {
    int columns = numbers.length;
    double center = statistics[columns + number];
    double deviation =
        ScalarScaling.deviation(
            statistics[number],
            center,
            statistics[2 * columns + number],
            ScalarScaling.FLOAT_ROUNDING);
    if (deviation == 0 || !Double.isFinite(value)) {
      return 0;
    }
    return Math.max(-CLIP, Math.min(CLIP, (value - center) / deviation));
  }

  private void writeRow(float[] row, int offset, ExpertScratch scratch) {
    System.arraycopy(row, offset, scratch.row, 0, width);
    for (int k = 0; k < experts.length; k++) {
      float off = (float) (scratch.predictions[k] - scratch.base);
      scratch.row[experts[k]] = Float.isFinite(off) ? off : Float.NaN;
    }
    boolean hasBase = scratch.isKnown || target[0] > 0;
    scratch.row[experts[0]] = hasBase ? (float) scratch.base : Float.NaN;
  }

  /** Returns the answer for the row that was predicted, given the mixture's prediction for it. */
  public double answer(double mixture, ExpertScratch scratch) {
    scratch.three[AVERAGE] = scratch.two[AVERAGE];
    scratch.three[REGRESSION] = scratch.two[REGRESSION];
    scratch.three[MIXTURE] = mixture;
    return answer.average(scratch.three);
  }

  /** Writes the predictions behind the last answer, which {@link #learn} takes. */
  public static void remember(ExpertScratch scratch, float[] out, int at) {
    for (int k = 0; k < REMEMBERED; k++) {
      out[at + k] = (float) scratch.three[k];
    }
  }

  /** Returns what networks learn of a value: its distance from the base. */
  public double residual(double value, ExpertScratch scratch) {
    if (target[0] == 0 && !scratch.isKnown) {
      scratch.base = value; // nothing is known before the first one
    }
    return value - scratch.base;
  }

  /**
   * Learns the value of the row that was answered last.
   *
   * @param remembered what {@link #remember} wrote when the features came; null if they came with
   *     the label
   * @param unit of reported losses
   */
  public void learn(
      double value,
      double weight,
      float @Nullable [] remembered,
      int at,
      double unit,
      ExpertScratch scratch) {
    double y = (value - scratch.reference) / scratch.scale;
    double error = (value - scratch.two[REGRESSION]) / scratch.scale;
    double limited = Math.max(-MAX_TARGET, Math.min(MAX_TARGET, y));
    regression.learn(scratch.inputs, limited, error, weight, scratch.solution);
    for (int i = 0; i < numbers.length; i++) {
      float number = scratch.row[numbers[i]];
      if (Float.isFinite(number)) {
        ScalarScaling.update(
            statistics, numbers.length, i, number, KEPT, ScalarScaling.FLOAT_ROUNDING);
      }
    }
    average.learn(scratch.predictions, value, weight);
    for (int k = 0; remembered != null && k < REMEMBERED; k++) {
      float then = remembered[at + k];
      scratch.three[k] = Float.isFinite(then) ? then : scratch.three[k];
    }
    for (int k = 0; k < NAMES.size(); k++) {
      scratch.two[k] = scratch.three[k];
      float loss = Math.min(MAX_LOSS, Huber.of((value - scratch.three[k]) / unit));
      losses[k] = LOSS_KEPT * losses[k] + (1f - LOSS_KEPT) * loss;
    }
    lossPower *= LOSS_KEPT;
    base.learn(scratch.two, value, weight);
    answer.learn(scratch.three, value, weight);
    ScalarScaling.update(target, 1, 0, value, KEPT, ScalarScaling.DOUBLE_ROUNDING);
  }

  /** Returns a mixture's members and those of this model, with the weights of the answer. */
  public MetricsReport.Members report(MetricsReport.Members mixture) {
    List<MetricsReport.Member> members = new ArrayList<>();
    String leader = mixture.leader();
    double least = Double.POSITIVE_INFINITY;
    for (MetricsReport.Member member : mixture.members()) {
      double weight = decimal(member.weight() * answer.weight(MIXTURE));
      members.add(new MetricsReport.Member(member.name(), weight, member.loss()));
      if (member.name().equals(leader)) {
        least = member.loss();
      }
    }
    for (int k = 0; k < NAMES.size(); k++) {
      double loss = lossPower == 1 ? Double.NaN : decimal(losses[k] / (1 - lossPower));
      members.add(new MetricsReport.Member(NAMES.get(k), decimal(answer.weight(k)), loss));
      if (loss < least) {
        least = loss;
        leader = NAMES.get(k);
      }
    }
    return new MetricsReport.Members(leader, members);
  }

  /** Returns the shortest decimal that reads as this number's float. */
  private static double decimal(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    average.visit(v);
    regression.visit(v);
    base.visit(v);
    answer.visit(v);
    v.numbers(statistics);
    v.numbers(target);
    v.numbers(losses);
    lossPower = v.number(lossPower);
  }
}
