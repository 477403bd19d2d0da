package dev.millrace.table;

import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

/** Offers predictions of published models to the planner. */
class SyncModelProvider implements PredictRuntimeProvider {
  final PredictSpec spec;

  SyncModelProvider(PredictSpec spec) {
    this.spec = spec;
  }

  @Override
  public PredictFunction createPredictFunction(Context context) {
    return new SyncModelFunction(spec);
  }

  @Override
  public ModelProvider copy() {
    return this; // immutable
  }
}
