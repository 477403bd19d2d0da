/**
 * Series and what is known of them: {@link dev.millrace.forecast.Series} keeps the last values of
 * one, {@link dev.millrace.forecast.ForecastInputs} finds in it the inputs of the model and the
 * forecasts of the baselines.
 */
@NullMarked
package dev.millrace.forecast;

import org.jspecify.annotations.NullMarked;
