/** Chunks of examples of one key, between decoding and training. */
@NullMarked
package dev.millrace.flink.chunk;

import org.jspecify.annotations.NullMarked;
