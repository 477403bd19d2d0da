/** The commands {@code init} and {@code schema}: draft a pipeline file from data. */
package dev.millrace.cli.init;
