package dev.millrace.cli;

/** Command of another module, found by the service loader. */
public interface AddedCommand extends Runnable {}
