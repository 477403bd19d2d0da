package dev.millrace.nn.auto;

import java.util.Arrays;

/**
 * The nearest records of a replay buffer to a scaled row, by Euclidean distance of the scaled
 * features. Each search costs the buffer's records times the features.
 */
final class Neighbours {

  private static final int MAX_NEIGHBOURS = 5;

  private final int[] records = new int[MAX_NEIGHBOURS];
  private final double[] distances = new double[MAX_NEIGHBOURS];
  private int found;

  /** Finds the nearest; of equally near ones the first in the buffer. */
  void find(float[] z, Scaler scaler, float clip, ReplayBuffer buffer) {
    found = 0;
    for (int record = 0; record < buffer.size(); record++) {
      double worst =
          found < MAX_NEIGHBOURS ? Double.POSITIVE_INFINITY : distances[MAX_NEIGHBOURS - 1];
      double distance = scaler.distance(z, buffer.rows(), buffer.offset(record), clip, worst);
      if (distance < worst) {
        insert(record, distance);
      }
    }
  }

  private void insert(int record, double distance) {
    int place = found < MAX_NEIGHBOURS ? found++ : MAX_NEIGHBOURS - 1;
    while (place > 0 && distances[place - 1] > distance) {
      records[place] = records[place - 1];
      distances[place] = distances[place - 1];
      place--;
    }
    records[place] = record;
    distances[place] = distance;
  }

  /** Writes the probability of each class: the votes, with one vote more shared by all. */
  void vote(ReplayBuffer buffer, float[] out, int offset, int classes) {
    float vote = 1f / (found + 1);
    Arrays.fill(out, offset, offset + classes, vote / classes);
    for (int i = 0; i < found; i++) {
      out[offset + (int) buffer.target(records[i])] += vote;
    }
  }

  /** Mean value of the neighbours, or {@code otherwise} if there are none. */
  double mean(ReplayBuffer buffer, double otherwise) {
    double sum = 0;
    for (int i = 0; i < found; i++) {
      sum += buffer.target(records[i]);
    }
    return found == 0 ? otherwise : sum / found;
  }
}
