package dev.millrace.eval;

/**
 * Baselines' forecasts of a value, made from what was known when the model made its own; NaN where
 * a baseline had none.
 *
 * @param lastValue last value of the series
 * @param mean mean of all values
 * @param seasonal of each season the naive forecast, then the one with drift
 */
public record KnownValues(double lastValue, double mean, double[] seasonal) {}
