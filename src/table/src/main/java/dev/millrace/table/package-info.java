/** Millrace in Flink SQL: predictions with {@code ML_PREDICT}, and a table function that learns. */
@NullMarked
package dev.millrace.table;

import org.jspecify.annotations.NullMarked;
