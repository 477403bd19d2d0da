/** The commands {@code models} and {@code promote}. */
package dev.millrace.cli.models;
