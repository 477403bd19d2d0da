package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.simd.DistanceKernels;
import dev.millrace.simd.KernelProvider;
import java.util.Arrays;

/**
 * The nearest records of a replay buffer to a row, by Euclidean distance of the scaled features.
 * Each search costs the candidates times the features, so there are fewer candidates of wide rows:
 * tiles that are evenly spread over the buffer.
 */
final class Neighbours {

  private static final DistanceKernels KERNELS = KernelProvider.distances();

  private static final int MAX_NEIGHBOURS = 10;

  /** Max features of all candidates together: 2,048 records of 32 features. */
  private static final int MAX_FLOATS = 1 << 16;

  private static final int TILE = DistanceKernels.TILE;

  private final int[] records = new int[MAX_NEIGHBOURS];
  private final float[] nearest = new float[MAX_NEIGHBOURS];
  private int found;
  private float[] means = {};
  private float[] inverses = {};
  private float[] z = {};
  private float[] distances = {};

  /**
   * Finds the nearest; of equally near ones the first in the buffer.
   *
   * @param row features that are not scaled
   * @param buffer one in tiles
   */
  void find(float[] row, int offset, Scaler scaler, float clip, ReplayBuffer buffer) {
    found = 0;
    int columns = buffer.inputs();
    int step = step(buffer.tiles(), columns);
    int tiles = (buffer.usedTiles() + step - 1) / step;
    fit(columns, (buffer.tiles() + step - 1) / step);
    scaler.copyTo(means, inverses);
    for (int c = 0; c < columns; c++) {
      float scaled = (row[offset + c] - means[c]) * inverses[c];
      float limited = scaled > clip ? clip : scaled < -clip ? -clip : scaled;
      z[c] = Float.isNaN(limited) ? 0f : limited;
    }
    int stride = step * buffer.tileFloats();
    KERNELS.distances(buffer.rows(), stride, tiles, columns, means, inverses, z, clip, distances);
    // The last tile that is read may not be full.
    int candidates = Math.min(tiles * TILE, buffer.size() - (tiles - 1) * (step - 1) * TILE);
    int next = 0;
    while (next < candidates) {
      float bound = found < MAX_NEIGHBOURS ? Float.POSITIVE_INFINITY : nearest[found - 1];
      int candidate = KERNELS.firstBelow(distances, next, candidates, bound);
      if (candidate < candidates) {
        insert(candidate % TILE + candidate / TILE * step * TILE, distances[candidate]);
      }
      next = candidate + 1;
    }
  }

  /** Returns the distance between tiles that are read: 1 if all are. */
  private static int step(int tiles, int columns) {
    long floats = (long) tiles * TILE * columns;
    return (int) Math.max(1, (floats + MAX_FLOATS - 1) / MAX_FLOATS);
  }

  private void fit(int columns, int tiles) {
    if (means.length < columns) {
      means = new float[columns];
      inverses = new float[columns];
      z = new float[columns];
    }
    if (distances.length < tiles * TILE) {
      distances = new float[tiles * TILE];
    }
  }

  private void insert(int record, float distance) {
    int place = found < MAX_NEIGHBOURS ? found++ : MAX_NEIGHBOURS - 1;
    while (place > 0 && nearest[place - 1] > distance) {
      records[place] = records[place - 1];
      nearest[place] = nearest[place - 1];
      place--;
    }
    records[place] = record;
    nearest[place] = distance;
  }

  /**
   * Votes of a neighbour: its weight, times a factor that falls with its rank and is 1 on average.
   */
  private float votes(int rank, ReplayBuffer buffer) {
    return 2f * (found - rank) / (found + 1) * buffer.weight(records[rank]);
  }

  /** Votes of all neighbours together. */
  private float votes(ReplayBuffer buffer) {
    float sum = 0f;
    for (int i = 0; i < found; i++) {
      sum += votes(i, buffer);
    }
    return sum;
  }

  /**
   * Writes the probability of each class: the votes, with as many more as a neighbour has on
   * average shared by all.
   */
  void vote(ReplayBuffer buffer, float[] out, int offset, int classes) {
    float all = votes(buffer);
    float shared = all > 0f ? 1f / (found + 1) : 1f;
    Arrays.fill(out, offset, offset + classes, shared / classes);
    for (int i = 0; i < found && all > 0f; i++) {
      out[offset + (int) buffer.target(records[i])] += (1f - shared) * votes(i, buffer) / all;
    }
  }

  /** Mean value of the neighbours by their votes, or {@code otherwise} if there are none. */
  double mean(ReplayBuffer buffer, double otherwise) {
    float all = votes(buffer);
    double mean = 0;
    for (int i = 0; i < found && all > 0f; i++) {
      mean += votes(i, buffer) / all * buffer.target(records[i]);
    }
    return all > 0f ? mean : otherwise;
  }
}
