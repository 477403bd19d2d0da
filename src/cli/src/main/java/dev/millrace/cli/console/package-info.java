/** Shared code of the commands: errors, progress, terminal, files, ports and signals. */
@NullMarked
package dev.millrace.cli.console;

import org.jspecify.annotations.NullMarked;
