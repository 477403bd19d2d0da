/** The commands {@code models} and {@code promote}. */
@NullMarked
package dev.millrace.cli.models;

import org.jspecify.annotations.NullMarked;
