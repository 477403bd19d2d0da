/** The commands {@code serve} and {@code predict}: predictions of published models. */
package dev.millrace.cli.serve;
