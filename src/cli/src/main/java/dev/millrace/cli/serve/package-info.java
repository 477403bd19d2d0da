/** The commands {@code serve} and {@code predict}: predictions of published models. */
@NullMarked
package dev.millrace.cli.serve;

import org.jspecify.annotations.NullMarked;
