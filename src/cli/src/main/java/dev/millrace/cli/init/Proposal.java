package dev.millrace.cli.init;

/**
 * A proposed entry of {@code input.derived}.
 *
 * @param entry the options, without what is around them
 * @param needsTime whether it reads the event time
 */
record Proposal(String entry, String reason, boolean needsTime) {}
