package dev.millrace.table;

import dev.millrace.data.PublicApi;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.StateTypeStrategy;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * Learns from the rows of a table in Flink SQL, one model for each partition, and returns each row
 * with the prediction that was made before the model learned it.
 *
 * <pre>{@code
 * CREATE FUNCTION millrace_learn AS 'dev.millrace.table.LearnFunction';
 *
 * SELECT * FROM millrace_learn(
 *   input => TABLE payments PARTITION BY card,
 *   label => 'fraud',
 *   pipeline => 'model: { layers: [ { units: 32, activation: relu } ], optimizer: sgd }');
 * }</pre>
 *
 * <p>See docs/sql.md.
 */
@PublicApi
public final class LearnFunction extends ProcessTableFunction<RowData> {
  private static final long serialVersionUID = 1L;

  private static final String INPUT = "input";
  private static final String LABEL = "label";
  private static final String PIPELINE = "pipeline";

  // Name of the state in savepoints; never changes, or models are lost.
  private static final String STATE = "models";

  // Null before the function is opened.
  private transient @Nullable MetricGroup metrics;
  // Null before the first row.
  private transient @Nullable RowTrainer learner;

  /** Creates the function; Flink calls it. */
  public LearnFunction() {}

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    LinkedHashMap<String, StateTypeStrategy> state = new LinkedHashMap<>();
    DataType models =
        MapView.newMapViewDataType(DataTypes.INT().notNull(), DataTypes.BYTES().notNull());
    // Entries of one model must not expire one by one.
    state.put(STATE, StateTypeStrategy.of(TypeStrategies.explicit(models), Duration.ZERO));
    return TypeInference.newBuilder()
        .staticArguments(
            StaticArgument.table(
                INPUT,
                Row.class,
                false,
                EnumSet.of(
                    StaticArgumentTrait.SET_SEMANTIC_TABLE,
                    StaticArgumentTrait.PASS_COLUMNS_THROUGH)),
            StaticArgument.scalar(LABEL, DataTypes.STRING(), true),
            StaticArgument.scalar(PIPELINE, DataTypes.STRING(), true))
        .inputTypeStrategy(new Arguments())
        .stateTypeStrategies(state)
        .outputTypeStrategy(TypeStrategies.explicit(LearnedRow.TYPE))
        .build();
  }

  @Override
  public void open(FunctionContext context) {
    metrics = context.getMetricGroup();
  }

  /**
   * Predicts and learns a row.
   *
   * @param models state of the row's partition
   * @param label column of the label; null if the pipeline names it
   * @param pipeline YAML of the pipeline; null for all defaults
   */
  public void eval(
      Context context,
      MapView<Integer, byte[]> models,
      Row input,
      @Nullable String label,
      @Nullable String pipeline)
      throws Exception {
    if (learner == null) {
      LearnCall call = call(context.tableSemanticsFor(INPUT), label, pipeline);
      learner = new RowTrainer(call, Objects.requireNonNull(metrics));
    }
    collect(learner.learn(models, input));
  }

  private static LearnCall call(
      TableSemantics table, @Nullable String label, @Nullable String pipeline) {
    RowType columns = (RowType) table.dataType().getLogicalType();
    return LearnCall.of(columns, table.partitionByColumns(), label, pipeline);
  }

  /** Checks the arguments when a statement is planned, so that a mistake never starts a job. */
  private static final class Arguments implements InputTypeStrategy {
    @Override
    public ArgumentCount getArgumentCount() {
      return InputTypeStrategies.WILDCARD.getArgumentCount();
    }

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
      try {
        Optional<TableSemantics> table = call.getTableSemantics(0);
        if (table.isPresent() && table.get().partitionByColumns().length > 0) {
          call(table.get(), literal(call, 1, LABEL), literal(call, 2, PIPELINE));
        }
      } catch (ValidationException e) {
        return call.fail(throwOnFailure, "%s", e.getMessage());
      }
      return Optional.of(call.getArgumentDataTypes());
    }

    private static @Nullable String literal(CallContext call, int position, String name) {
      if (call.isArgumentNull(position)) {
        return null;
      }
      if (!call.isArgumentLiteral(position)) {
        throw new ValidationException(
            name + " must be a text in quotes, but was an expression. Write " + name + " => '...'");
      }
      return Objects.requireNonNull(call.getArgumentValue(position, String.class).orElse(null));
    }

    @Override
    public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
      return List.of(
          Signature.of(
              Signature.Argument.of(INPUT, "TABLE t PARTITION BY key"),
              Signature.Argument.of(LABEL, "STRING"),
              Signature.Argument.of(PIPELINE, "STRING")));
    }
  }
}
