package dev.millrace.nn;

import dev.millrace.data.PublicApi;

/** Rows that differ from another one in some features. */
@PublicApi
@FunctionalInterface
public interface RowVariants {

  /**
   * Returns a variant of the row.
   *
   * @param index of the variant, from 0
   * @return [inputs], valid until the next call
   */
  float[] row(int index);
}
