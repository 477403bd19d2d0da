/**
 * The job, and the pipeline file that configures it.
 *
 * <p>{@link dev.millrace.MillraceJob} builds the graph, with sources and sinks passed in. {@link
 * dev.millrace.config.PipelineFile} reads YAML into {@link dev.millrace.config.Settings} and finds
 * everything that is wrong with it at once, each problem with its line, its value, what is allowed
 * and the way out.
 */
package dev.millrace;
