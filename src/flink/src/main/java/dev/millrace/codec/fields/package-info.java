/** Records whose fields have names, in JSON, CSV and Avro, as examples. */
@NullMarked
package dev.millrace.codec.fields;

import org.jspecify.annotations.NullMarked;
