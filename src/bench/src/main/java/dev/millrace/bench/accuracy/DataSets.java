package dev.millrace.bench.accuracy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.TemporaryDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a benchmark that choose its data sets. */
final class DataSets {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder with data sets (default: those that ship with Millrace).")
  private @Nullable Path folder;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Data sets to run, such as storms,letters (default: all that are found).")
  private List<String> only = List.of();

  /** A data set with its file. */
  record Found(AccuracyData data, Path file) {}

  /** Returns the folder; null for the data sets that ship with Millrace. */
  @Nullable Path folder() {
    Directories.require("--data", folder);
    return folder;
  }

  /** Returns true if no data sets were named. */
  boolean areAll() {
    return only.isEmpty();
  }

  /** Returns the options as they were given. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (folder != null) {
      arguments.addAll(List.of("--data", folder.toString()));
    }
    if (!only.isEmpty()) {
      arguments.addAll(List.of("--only", String.join(",", only)));
    }
    return arguments;
  }

  /**
   * Returns the chosen data sets of a resource whose files are there.
   *
   * @throws CliError if a name is unknown, the folder is none, or no file is there
   */
  List<Found> find(String resource) throws IOException {
    Path from = folder();
    Path unpacked = TemporaryDirectories.untilExit("millrace-data-");
    List<Found> found = new ArrayList<>();
    for (AccuracyData data : AccuracyData.chosen(resource, only)) {
      Path file = data.find(from, unpacked);
      if (file != null) {
        found.add(new Found(data, file));
      }
    }
    if (found.isEmpty()) {
      throw new CliError("No data set was found. Name a folder that has some with --data DIR.");
    }
    return found;
  }
}
