/** YAML with the line of each value, and the errors of a file, reported together. */
@NullMarked
package dev.millrace.config.yaml;

import org.jspecify.annotations.NullMarked;
