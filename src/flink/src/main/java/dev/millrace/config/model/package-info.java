/** Options of {@code model}, {@code auto} and {@code models}, and their readers. */
@NullMarked
package dev.millrace.config.model;

import org.jspecify.annotations.NullMarked;
