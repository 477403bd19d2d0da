package dev.millrace.data;

/**
 * Tells a running job which of a key's models is to be champion.
 *
 * @param model its name
 */
public record PromoteRequest(String pipeline, String model) {}
