/** What all benchmarks share: their options, the checks of these, and their results. */
@NullMarked
package dev.millrace.bench.measure;

import org.jspecify.annotations.NullMarked;
