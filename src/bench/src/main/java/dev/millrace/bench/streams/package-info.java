/** The comparison on streams: generators, learners on the same rows, statistics and the page. */
@NullMarked
package dev.millrace.bench.streams;

import org.jspecify.annotations.NullMarked;
