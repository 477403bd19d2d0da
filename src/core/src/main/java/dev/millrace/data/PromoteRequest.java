package dev.millrace.data;

/**
 * Command that makes one of a key's models champion.
 *
 * @param model name of the model
 */
@PublicApi
public record PromoteRequest(String pipeline, String model) implements ModelCommand {}
