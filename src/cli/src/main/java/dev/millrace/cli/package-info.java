/**
 * The command line {@code ./millrace}: its commands by group, and its errors. Each command has its
 * own package below this one.
 *
 * <p>Commands exit with 0 (done), 1 (failed) or 2 (wrong usage or configuration) and report an
 * error in one or two lines.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
