/**
 * Decoders of records into examples, and encoders of results.
 *
 * <p>{@link dev.millrace.codec.ExampleDecoder} reads a record by its {@link
 * dev.millrace.input.InputSpec}: the standard example schema, any other Avro record, or JSON. It
 * rejects invalid records with a reason, and never throws an exception that stops the job. The
 * encoders write metrics as JSON, and dead letters as the original record with headers for the
 * reason.
 */
@NullMarked
package dev.millrace.codec;

import org.jspecify.annotations.NullMarked;
