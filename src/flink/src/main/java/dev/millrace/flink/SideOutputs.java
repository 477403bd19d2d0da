package dev.millrace.flink;

import org.apache.flink.util.OutputTag;

/** Takes what goes elsewhere than to the topic of the metrics. */
interface SideOutputs {
  <T> void output(OutputTag<T> tag, T value);
}
