/**
 * How state is stored. A class describes what it keeps once, in {@link
 * dev.millrace.state.State#visit}; writing, reading with checks, copying, the bytes of its arrays
 * and the test for numbers that are not finite follow from it.
 */
@NullMarked
package dev.millrace.state;

import org.jspecify.annotations.NullMarked;
