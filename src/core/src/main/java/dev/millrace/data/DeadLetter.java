package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/**
 * A record that was rejected, with the reason.
 *
 * @param message one line: what was found and what is allowed
 * @param exceptionClass class of the exception that caused it; null if there was none
 */
@PublicApi
public record DeadLetter(
    KafkaRecord record, DeadLetterReason reason, String message, @Nullable String exceptionClass) {}
