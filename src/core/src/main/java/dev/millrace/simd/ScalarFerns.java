package dev.millrace.simd;

/** The specification of {@link FernKernels}, in plain loops. */
final class ScalarFerns implements FernKernels {

  @Override
  public void select(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      int ferns,
      int depth,
      int outputs,
      int[] cells) {
    for (int f = 0; f < ferns; f++) {
      int cell = f;
      for (int q = (depth - 1) * ferns + f; q >= 0; q -= ferns) {
        cell = 2 * cell + (x[xOffset + columns[q]] > thresholds[q] ? 1 : 0);
      }
      cells[f] = cell * outputs;
    }
  }

  @Override
  public void selectByCodes(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      float[] bases,
      int ferns,
      int depth,
      int outputs,
      int[] cells) {
    for (int f = 0; f < ferns; f++) {
      float cell = 0f;
      for (int q = (depth - 1) * ferns + f; q >= 0; q -= ferns) {
        float value = x[xOffset + columns[q]];
        float threshold = thresholds[q];
        float answer = Float.isNaN(threshold) ? value : value > threshold ? 1f : 0f;
        cell = bases[q] * cell + answer;
      }
      cells[f] = ((f << depth) + (int) cell) * outputs;
    }
  }

  @Override
  public void addCells(float[] w, int[] cells, int ferns, int outputs, float[] y, int yOffset) {
    if (outputs == 1) {
      addOne(w, cells, ferns, y, yOffset);
    } else if (outputs == 2) {
      addPair(w, cells, ferns, y, yOffset);
    } else {
      addMany(w, cells, ferns, outputs, y, yOffset);
    }
  }

  private static void addOne(float[] w, int[] cells, int ferns, float[] y, int yOffset) {
    float sum = y[yOffset];
    for (int f = 0; f < ferns; f += 4) {
      sum += (w[cells[f]] + w[cells[f + 2]]) + (w[cells[f + 1]] + w[cells[f + 3]]);
    }
    y[yOffset] = sum;
  }

  private static void addPair(float[] w, int[] cells, int ferns, float[] y, int yOffset) {
    float first = y[yOffset];
    float second = y[yOffset + 1];
    for (int f = 0; f < ferns; f += 4) {
      int a = cells[f];
      int b = cells[f + 1];
      int c = cells[f + 2];
      int d = cells[f + 3];
      first += (w[a] + w[c]) + (w[b] + w[d]);
      second += (w[a + 1] + w[c + 1]) + (w[b + 1] + w[d + 1]);
    }
    y[yOffset] = first;
    y[yOffset + 1] = second;
  }

  private static void addMany(
      float[] w, int[] cells, int ferns, int outputs, float[] y, int yOffset) {
    for (int f = 0; f < ferns; f += 4) {
      int a = cells[f];
      int b = cells[f + 1];
      int c = cells[f + 2];
      int d = cells[f + 3];
      for (int o = 0; o < outputs; o++) {
        y[yOffset + o] += (w[a + o] + w[c + o]) + (w[b + o] + w[d + o]);
      }
    }
  }

  @Override
  public void step(float[] w, int[] cells, int ferns, int outputs, float[] steps) {
    if (outputs == 2) {
      float first = steps[0];
      float second = steps[1];
      for (int f = 0; f < ferns; f++) {
        int cell = cells[f];
        w[cell] -= first;
        w[cell + 1] -= second;
      }
      return;
    }
    for (int f = 0; f < ferns; f++) {
      int cell = cells[f];
      for (int o = 0; o < outputs; o++) {
        w[cell + o] -= steps[o];
      }
    }
  }
}
