/** The command {@code tensorboard}: metrics as event files. */
package dev.millrace.cli.tensorboard;
