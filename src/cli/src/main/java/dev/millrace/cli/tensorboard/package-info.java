/** The command {@code tensorboard}: metrics as event files. */
@NullMarked
package dev.millrace.cli.tensorboard;

import org.jspecify.annotations.NullMarked;
