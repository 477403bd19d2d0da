/** The command {@code demo}: broker, job and dashboard in one process. */
@NullMarked
package dev.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
