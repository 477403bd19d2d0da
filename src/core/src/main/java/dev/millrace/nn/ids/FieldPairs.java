package dev.millrace.nn.ids;

import static dev.millrace.nn.ids.IdNumbers.FACTORS;
import static dev.millrace.nn.ids.IdNumbers.SQUARES;
import static dev.millrace.nn.ids.IdNumbers.VECTOR;

import java.util.Arrays;

/**
 * The pairs of a factorization machine (Rendle, 2010) over fields: Σ <u_f, u_g>, with u_f the mean
 * of the vectors of the field's ids. A vector has one sum of squared gradients (AdaGrad). Holds the
 * vectors of the record at hand; scratch.
 */
final class FieldPairs {
  private static final float RATE = 0.05f;
  private static final float SHRINKAGE = 0.001f;
  private static final float FIRST_SQUARES = 0.001f;

  // [fields + 1 x VECTOR]: of each field, then their sum.
  private float[] vectors = {};
  private int total;
  private float sum;

  /** Begins a record. */
  void begin(int fields) {
    total = fields * VECTOR;
    if (vectors.length < total + VECTOR) {
      vectors = new float[total + VECTOR];
    }
    Arrays.fill(vectors, 0, total + VECTOR, 0f);
  }

  /** Adds the vector of an id to its field's. */
  void add(int field, float[] numbers, int offset, float value) {
    int at = field * VECTOR;
    for (int v = 0; v < VECTOR; v++) {
      vectors[at + v] += value * numbers[offset + FACTORS + v];
    }
  }

  /** Makes the sum of a field's vectors their mean. */
  void divide(int field, int count) {
    for (int at = field * VECTOR; at < (field + 1) * VECTOR; at++) {
      vectors[at] /= count;
    }
  }

  /** Ends a record: sums all pairs of fields, as half of what their sum squared has more. */
  void end() {
    float squares = 0f;
    for (int at = 0; at < total; at += VECTOR) {
      for (int v = 0; v < VECTOR; v++) {
        float one = vectors[at + v];
        vectors[total + v] += one;
        squares += one * one;
      }
    }
    float all = 0f;
    for (int v = 0; v < VECTOR; v++) {
      all += vectors[total + v] * vectors[total + v];
    }
    sum = 0.5f * (all - squares);
  }

  /** Returns the sum over all pairs of fields. */
  float sum() {
    return sum;
  }

  /**
   * Learns the vector of an id.
   *
   * @param gradient of the loss by the mean vector's part of the sum
   */
  void learn(int field, float[] numbers, int offset, float gradient) {
    int own = field * VECTOR;
    float squared = 0f;
    for (int v = 0; v < VECTOR; v++) {
      float g = gradient * (vectors[total + v] - vectors[own + v]);
      squared += g * g;
    }
    numbers[offset + SQUARES] += squared;
    float rate = RATE / (float) Math.sqrt(FIRST_SQUARES + numbers[offset + SQUARES]);
    int at = offset + FACTORS;
    for (int v = 0; v < VECTOR; v++) {
      float g = gradient * (vectors[total + v] - vectors[own + v]);
      numbers[at + v] -= rate * (g + SHRINKAGE * numbers[at + v]);
    }
  }
}
