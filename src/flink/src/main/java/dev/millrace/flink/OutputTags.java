package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.FleetSample;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.OutputTag;

/** The side outputs of the graph. */
public final class OutputTags {
  /** The type of everything that goes to a topic. */
  public static final TypeInformation<OutputRecord> RECORD = TypeInformation.of(OutputRecord.class);

  /** Refused records with the reason in their headers. */
  public static final OutputTag<OutputRecord> DEAD_LETTERS =
      new OutputTag<>("dead-letters", RECORD);

  /** What the models said about each example. */
  public static final OutputTag<OutputRecord> PREDICTIONS = new OutputTag<>("predictions", RECORD);

  /** What happened to models. */
  public static final OutputTag<OutputRecord> EVENTS = new OutputTag<>("events", RECORD);

  /** Snapshots of models. */
  public static final OutputTag<OutputRecord> MODELS = new OutputTag<>("models", RECORD);

  /** What the summary is told of each key. */
  public static final OutputTag<FleetSample> SUMMARY =
      new OutputTag<>("summary", TypeInformation.of(FleetSample.class));

  private OutputTags() {}
}
