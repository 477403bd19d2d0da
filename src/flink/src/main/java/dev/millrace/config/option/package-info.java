/**
 * What an option is: name, type, default, allowed values and documentation, and how a map of
 * options is read.
 */
package dev.millrace.config.option;
