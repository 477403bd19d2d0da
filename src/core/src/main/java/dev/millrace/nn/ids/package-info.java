/** Ids of any cardinality: the table of what is known of each, and the models that use it. */
@NullMarked
package dev.millrace.nn.ids;

import org.jspecify.annotations.NullMarked;
