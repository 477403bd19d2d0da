package dev.millrace.data;

/**
 * A record that was refused, and why.
 *
 * @param message one line for a person: what was found and what is allowed
 * @param exceptionClass the class of the exception behind the refusal, or null
 */
public record DeadLetter(
    KafkaRecord record, DeadLetterReason reason, String message, String exceptionClass) {}
