package dev.millrace.nn;

import java.io.Serializable;

/**
 * The penalty on weights (never on biases): cost += l1·Σ|w| + l2·Σw², as Keras has it.
 *
 * @param l1 LASSO, 0 is off
 * @param l2 Ridge, 0 is off
 */
public record Regularizer(float l1, float l2) implements Serializable {}
