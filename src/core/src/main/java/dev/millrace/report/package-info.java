/**
 * What a pipeline publishes of its models: predictions, metrics with the catalogue of their scores,
 * events and summaries over the keys.
 */
@NullMarked
package dev.millrace.report;

import org.jspecify.annotations.NullMarked;
