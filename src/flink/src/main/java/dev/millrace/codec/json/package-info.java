/** JSON of metrics, predictions, events, summaries, commands and answers. */
@NullMarked
package dev.millrace.codec.json;

import org.jspecify.annotations.NullMarked;
