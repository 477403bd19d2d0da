package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.prequential.SnapshotSpec;

/** Declares the options of {@code output.snapshots}. */
final class SnapshotOptions {
  private static final long DAY = 24 * 3_600_000;

  static final OptionGroup GROUP =
      new OptionGroup(
          "output.snapshots",
          "",
          "Snapshots of the models on the models topic while the job runs. The last snapshot of a"
              + " key is published at the end of a bounded input and when the job is drained.");
  static final Option<Integer> EVERY =
      GROUP.option(
          "every",
          OptionTypes.whole(0, Integer.MAX_VALUE),
          SnapshotSpec.DEFAULT.every(),
          "number of examples of a key between two snapshots of its model; 0 is never");
  static final Option<Long> MAX_INTERVAL =
      GROUP.option(
          "max-interval",
          OptionTypes.time(1_000, DAY, true),
          SnapshotSpec.DEFAULT.maxIntervalMillis(),
          "max time until a change of a model is published");

  private SnapshotOptions() {}
}
