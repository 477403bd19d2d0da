/**
 * The command line {@code ./millrace}: its commands by group, and how their errors are reported.
 * Each command is in a package of its own below this one.
 *
 * <p>Commands exit with 0 (done), 1 (failed) or 2 (wrong usage or configuration) and report an
 * error in one or two lines.
 */
package dev.millrace.cli;
