package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.nn.ClassWeights;
import java.util.Arrays;

/**
 * Maps the labels of a chunk to the classes of one model: names are looked up once a chunk, not
 * once an example. Its arrays grow to the largest chunk, so that no example allocates. Not
 * thread-safe.
 */
final class ChunkClasses {
  private static final int UNKNOWN = -1;

  // By the position of the label in the chunk.
  private int[] classes = new int[4];
  private float[] weights = new float[4];

  /** Looks up the labels of a chunk. */
  void find(Chunk chunk, ClassNames known, ClassWeights classWeights) {
    int labels = chunk.labelCount();
    if (classes.length < labels) {
      classes = new int[labels];
      weights = new float[labels];
    }
    Arrays.fill(weights, 0, labels, 1f);
    for (int label = 0; label < labels; label++) {
      classes[label] = known.index(chunk.label(label));
      Float weight = classWeights.byName().get(chunk.label(label));
      if (weight != null) {
        weights[label] = weight;
      }
    }
  }

  /** Returns true if the model knows the class of a label. */
  boolean isKnown(int label) {
    return classes[label] != UNKNOWN;
  }

  /** Returns the index of a label's class in the model, -1 if it is unknown. */
  int index(int label) {
    return classes[label];
  }

  /** Returns the configured weight of a label's examples. */
  float weight(int label) {
    return weights[label];
  }

  /** Records that the model knows the class of a label now. */
  void add(int label, int index) {
    classes[label] = index;
  }
}
