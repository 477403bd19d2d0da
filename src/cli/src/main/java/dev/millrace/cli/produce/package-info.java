/** The command {@code produce}: sends a file to a topic. */
@NullMarked
package dev.millrace.cli.produce;

import org.jspecify.annotations.NullMarked;
