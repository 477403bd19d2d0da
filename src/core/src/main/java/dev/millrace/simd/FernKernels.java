package dev.millrace.simd;

/**
 * Kernels of random ferns, under the rules of {@link Kernels}: questions to a row select a cell of
 * each fern, and the weights of the selected cells are added up. The number of ferns is a multiple
 * of 16.
 */
public interface FernKernels {

  /**
   * Selects a cell of each fern: cell f = Σ_d 2^d·(x[column] &gt; threshold), of question d of fern
   * f. A missing value (NaN) exceeds no threshold.
   *
   * @param columns [depth x ferns], from {@code xOffset}
   * @param thresholds [depth x ferns]
   * @param cells receives the index of each fern's first weight, (f·2^depth + cell f)·outputs
   */
  void select(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      int ferns,
      int depth,
      int outputs,
      int[] cells);

  /**
   * Selects a cell of each fern by questions some of which ask for the code of a nominal column: if
   * the threshold is NaN, the answer is x[column], an integer from 0 on. A cell is a number whose
   * digits are the answers, that to question 0 the lowest, and all cells are below 2^depth.
   *
   * @param bases [depth x ferns], of each digit: the number of answers
   */
  void selectByCodes(
      float[] x,
      int xOffset,
      int[] columns,
      float[] thresholds,
      float[] bases,
      int ferns,
      int depth,
      int outputs,
      int[] cells);

  /**
   * Adds the weights of the selected cells.
   *
   * <p>Order: y[o] adds (w0 + w2) + (w1 + w3) of four ferns at a time, ascending.
   *
   * @param w [ferns x cells x outputs]
   * @param cells index of the first weight of each fern's cell
   */
  void addCells(float[] w, int[] cells, int ferns, int outputs, float[] y, int yOffset);

  /**
   * Moves the weights of the selected cells: w -= step.
   *
   * @param steps [outputs]
   */
  void step(float[] w, int[] cells, int ferns, int outputs, float[] steps);
}
