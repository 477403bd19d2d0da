/** The commands {@code topics create}, {@code list} and {@code describe}. */
package dev.millrace.cli.topics;
