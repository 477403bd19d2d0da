/**
 * The DataStream API and the job: {@link dev.millrace.Millrace} makes a pipeline part of any Flink
 * job, and {@link dev.millrace.MillraceJob} is the job between the pipeline's own topics.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
