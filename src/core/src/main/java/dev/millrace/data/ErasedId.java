package dev.millrace.data;

/**
 * An id to erase from models and rows of features.
 *
 * @param hash of the column and the text, see {@link IdHash}
 * @param isFirst true if the ids of a cross begin with those of the column
 * @param isSecond true if the ids of a cross end with those of the column
 */
@PublicApi
public record ErasedId(IdColumns.Column column, long hash, boolean isFirst, boolean isSecond) {

  /** Returns true if the column has the id in a row of features. */
  public boolean isIn(float[] row) {
    for (int at = column.start();
        at < column.end() && IdWords.isPresent(row, at);
        at += column.width()) {
      if (IdWords.read(row, at) == hash) {
        return true;
      }
    }
    return false;
  }
}
