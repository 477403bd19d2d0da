/**
 * The pipeline file: its options, how they are read and checked, and the settings that come of
 * them.
 */
package dev.millrace.config;
