/** Texts, numbers, times and names of records, in the form that models and metrics use. */
@NullMarked
package dev.millrace.codec.text;

import org.jspecify.annotations.NullMarked;
