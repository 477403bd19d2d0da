package dev.millrace.config;

import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.prequential.SnapshotSpec;
import java.util.List;

/** The options of {@code output.snapshots}; see {@link PipelineOptions}. */
final class SnapshotOptions {
  private static final long DAY = 24 * 3_600_000;

  static final Option<Integer> EVERY =
      Option.of(
          "every",
          OptionTypes.whole(0, Integer.MAX_VALUE),
          SnapshotSpec.DEFAULT.every(),
          "a copy of a model after each so many examples of its key; 0 is never");
  static final Option<Long> MAX_INTERVAL =
      Option.of(
          "max-interval",
          Durations.kind(1_000, DAY, true),
          SnapshotSpec.DEFAULT.maxIntervalMillis(),
          "what a model has learned is published after this time, however few examples it was");

  static final OptionGroup GROUP =
      new OptionGroup(
          "output.snapshots",
          "",
          "Copies of the models on the models topic while the job goes on. A key's last copy comes"
              + " at the end of a bounded input and when the job is drained.",
          List.of(EVERY, MAX_INTERVAL));

  private SnapshotOptions() {}
}
