package dev.millrace.cli;

/** A command that another module adds to {@code ./millrace}, found by the service loader. */
public interface AddedCommand extends Runnable {}
