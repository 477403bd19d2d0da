package dev.millrace.eval.drift;

import dev.millrace.input.InputSpec;
import java.util.List;

/** The columns of an input whose distribution is compared; all keys may share them. */
public final class InputColumns {
  /** Max number of columns that are compared, the first ones. */
  public static final int MAX = 100;

  private final List<InputColumn> list;

  private InputColumns(List<InputColumn> list) {
    this.list = list;
  }

  /**
   * Returns the columns of an input.
   *
   * @param inputs number of features of a row
   */
  public static InputColumns of(InputSpec input, int inputs) {
    List<InputColumn> all = InputColumn.of(input, inputs);
    return new InputColumns(all.subList(0, Math.min(MAX, all.size())));
  }

  List<InputColumn> list() {
    return list;
  }
}
