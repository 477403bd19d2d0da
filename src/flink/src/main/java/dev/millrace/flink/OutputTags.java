package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.report.SummarySample;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.OutputTag;

/** The side outputs of the graph. */
public final class OutputTags {
  /** The type of everything that goes to a topic. */
  public static final TypeInformation<OutputRecord> RECORD = TypeInformation.of(OutputRecord.class);

  /** Rejected records with the reason in their headers. */
  public static final OutputTag<OutputRecord> DEAD_LETTERS =
      new OutputTag<>("dead-letters", RECORD);

  /** Predictions of the examples. */
  public static final OutputTag<OutputRecord> PREDICTIONS = new OutputTag<>("predictions", RECORD);

  /** Predictions, each with the element that it is for. */
  public static final OutputTag<OutputRecord> ELEMENTS = new OutputTag<>("elements", RECORD);

  /** Events of models. */
  public static final OutputTag<OutputRecord> EVENTS = new OutputTag<>("events", RECORD);

  /** Snapshots of models. */
  public static final OutputTag<OutputRecord> MODELS = new OutputTag<>("models", RECORD);

  /** Samples for the summary. */
  public static final OutputTag<SummarySample> SUMMARY =
      new OutputTag<>("summary", TypeInformation.of(SummarySample.class));

  private OutputTags() {}
}
