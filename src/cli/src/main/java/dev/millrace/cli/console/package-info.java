/** What all commands share: errors, progress, terminal, files, ports and signals. */
package dev.millrace.cli.console;
