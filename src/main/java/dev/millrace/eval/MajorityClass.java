package dev.millrace.eval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** Baseline that predicts the most frequent class so far; of equal ones, the lowest index. */
final class MajorityClass {

  private long[] counts = {};
  private int majority = ClassTally.NO_PREDICTION;

  int predict() {
    return majority;
  }

  void learn(int label) {
    if (label >= counts.length) {
      counts = Arrays.copyOf(counts, label + 1);
    }
    counts[label]++;
    // Only this class has grown, so only it can overtake.
    if (majority == ClassTally.NO_PREDICTION
        || counts[label] > counts[majority]
        || counts[label] == counts[majority] && label < majority) {
      majority = label;
    }
  }

  MajorityClass copy() {
    MajorityClass copy = new MajorityClass();
    copy.counts = counts.clone();
    copy.majority = majority;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    VarLong.writeArray(out, counts);
    VarLong.write(out, majority + 1L); // NO_PREDICTION becomes 0
  }

  static MajorityClass read(DataInput in) throws IOException {
    MajorityClass baseline = new MajorityClass();
    baseline.counts = VarLong.readArray(in);
    baseline.majority = VarLong.readSize(in) - 1;
    return baseline;
  }
}
