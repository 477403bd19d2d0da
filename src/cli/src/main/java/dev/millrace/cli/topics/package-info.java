/** The commands {@code topics create}, {@code list} and {@code describe}. */
@NullMarked
package dev.millrace.cli.topics;

import org.jspecify.annotations.NullMarked;
