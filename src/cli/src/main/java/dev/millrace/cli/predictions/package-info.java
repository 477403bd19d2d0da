/** The predictions topic, and predictions of a file, as CSV. */
@NullMarked
package dev.millrace.cli.predictions;

import org.jspecify.annotations.NullMarked;
