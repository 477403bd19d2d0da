/**
 * What waits for its counterpart: features whose label comes later, labels whose features come
 * later, forecasts whose value is still to come, and the ids that tell records that came before.
 */
@NullMarked
package dev.millrace.prequential.labels;

import org.jspecify.annotations.NullMarked;
