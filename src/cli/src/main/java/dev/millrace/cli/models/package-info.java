/** The commands {@code models}, {@code promote} and {@code erase}. */
@NullMarked
package dev.millrace.cli.models;

import org.jspecify.annotations.NullMarked;
