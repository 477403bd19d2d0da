/** Options with name, type, default and documentation, and the reader of a map of options. */
@NullMarked
package dev.millrace.config.option;

import org.jspecify.annotations.NullMarked;
