/** The commands {@code init} and {@code schema}: draft a pipeline file from data. */
@NullMarked
package dev.millrace.cli.init;

import org.jspecify.annotations.NullMarked;
