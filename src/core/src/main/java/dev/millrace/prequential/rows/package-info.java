/**
 * The stages that rows of a chunk go through with the model of their key: selected or rejected,
 * predicted and learned, scored, explained.
 */
@NullMarked
package dev.millrace.prequential.rows;

import org.jspecify.annotations.NullMarked;
