/**
 * The specification of the input: how a record becomes an example. {@link
 * dev.millrace.input.InputSpec} has all of it; the others are parts of it.
 */
@NullMarked
package dev.millrace.input;

import org.jspecify.annotations.NullMarked;
