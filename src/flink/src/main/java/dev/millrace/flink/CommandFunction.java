package dev.millrace.flink;

import dev.millrace.codec.CommandDecoder;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Emits each command to a pipeline as a row; invalid ones go to the dead-letter topic. */
public final class CommandFunction extends ProcessFunction<KafkaRecord, Example> {
  private static final long serialVersionUID = 1L;

  private final String pipeline;
  private final InputSpec.Limits limits;
  private transient CommandDecoder decoder;
  private transient Example command;
  private transient DeadLetters deadLetters;

  public CommandFunction(String pipeline, InputSpec.Limits limits) {
    this.pipeline = pipeline;
    this.limits = limits;
  }

  @Override
  public void open(OpenContext context) {
    decoder = new CommandDecoder(pipeline, limits);
    command = new Example();
    deadLetters =
        new DeadLetters(getRuntimeContext().getMetricGroup(), pipeline, limits.outputBytes());
  }

  @Override
  public void processElement(KafkaRecord record, Context context, Collector<Example> out) {
    try {
      if (decoder.decode(record, command)) {
        out.collect(command);
      }
    } catch (RejectedException e) {
      DeadLetter deadLetter = new DeadLetter(record, e.reason(), e.getMessage(), null);
      context.output(OutputTags.DEAD_LETTERS, deadLetters.record(deadLetter));
    }
  }
}
