package dev.millrace.bench;

import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.ArgumentTrait;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.types.Row;

/** Returns each row of a partitioned table with one more column: what Flink SQL alone costs. */
public final class PassingFunction extends ProcessTableFunction<Long> {
  private static final long serialVersionUID = 1L;

  /** Returns a row. */
  public void eval(
      @ArgumentHint({ArgumentTrait.SET_SEMANTIC_TABLE, ArgumentTrait.PASS_COLUMNS_THROUGH})
          Row input) {
    collect((long) input.getArity());
  }
}
