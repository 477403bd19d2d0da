/** Options of {@code input} and their readers: how a record becomes an example. */
@NullMarked
package dev.millrace.config.input;

import org.jspecify.annotations.NullMarked;
