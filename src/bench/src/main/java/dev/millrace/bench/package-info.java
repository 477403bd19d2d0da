/** The command {@code bench}: measures on this machine; and the benchmarks of speed and memory. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
