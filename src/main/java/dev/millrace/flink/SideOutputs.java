package dev.millrace.flink;

import dev.millrace.data.OutputRecord;
import org.apache.flink.util.OutputTag;

/** Takes what goes to other topics than that of the metrics. */
interface SideOutputs {
  void output(OutputTag<OutputRecord> topic, OutputRecord record);
}
