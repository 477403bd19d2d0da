/** Options of the pipeline file, their readers, and the settings of a pipeline. */
@NullMarked
package dev.millrace.config;

import org.jspecify.annotations.NullMarked;
