package dev.millrace.data;

import java.util.List;

/**
 * How all models of a pipeline are doing at a moment of the clock.
 *
 * @param time milliseconds since the epoch, processing time
 * @param keys that have a model and were reported at least once
 * @param active how many of them were reported within the last minute
 * @param examples that all of them have learned from, as last reported
 * @param accuracy over the keys, of the windowed accuracy; null if no key has one
 * @param loss over the keys, of the windowed loss; null if no key has one
 * @param worst the keys of the greatest windowed loss, the greatest first
 * @param config fingerprint of the pipeline's configuration
 */
public record FleetReport(
    String pipeline,
    long time,
    int keys,
    int active,
    long examples,
    Spread accuracy,
    Spread loss,
    Drifting drifting,
    List<FleetSample> worst,
    String config) {

  public FleetReport {
    drifting = drifting == null ? new Drifting(0, List.of()) : drifting;
    worst = List.copyOf(worst);
  }

  /** How a number is distributed over the keys; each key counts once, whatever its examples. */
  public record Spread(double mean, double min, double p10, double p50, double p90, double max) {}

  /**
   * The keys that drift now: their detector warns, or found a drift within the last minute.
   *
   * @param keys the first of them in the order of their names, ten at most
   */
  public record Drifting(int count, List<String> keys) {
    public Drifting {
      keys = List.copyOf(keys);
    }
  }
}
