/**
 * The job: {@link dev.millrace.MillraceJob} builds its graph from {@link
 * dev.millrace.config.Settings}, with sources and sinks passed in.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
