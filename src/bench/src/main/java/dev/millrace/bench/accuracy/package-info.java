/**
 * The benchmarks of what models reach: scores, intervals, reasons, several outputs, and guesses of
 * kinds.
 */
@NullMarked
package dev.millrace.bench.accuracy;

import org.jspecify.annotations.NullMarked;
