/**
 * Bytes to examples, and results to bytes.
 *
 * <p>{@link dev.millrace.codec.ExampleDecoder} reads a record by its {@link
 * dev.millrace.data.InputSpec}: the standard example schema, any other Avro record, or JSON. What
 * it cannot read is refused with a reason, never an exception that stops the job. The encoders
 * write metrics as JSON and dead letters as the record they were, with headers that say why.
 */
package dev.millrace.codec;
