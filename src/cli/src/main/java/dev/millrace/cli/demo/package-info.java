/** The command {@code demo}: broker, job and dashboard in one process. */
package dev.millrace.cli.demo;
