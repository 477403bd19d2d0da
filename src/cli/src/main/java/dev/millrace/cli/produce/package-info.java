/** The command {@code produce}: sends a file to a topic. */
package dev.millrace.cli.produce;
