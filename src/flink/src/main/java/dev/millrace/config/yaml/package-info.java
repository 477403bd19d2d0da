/** YAML with the line of each value, and the errors of a file, reported together. */
package dev.millrace.config.yaml;
