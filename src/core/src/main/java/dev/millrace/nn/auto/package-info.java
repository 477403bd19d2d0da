/**
 * Models by what a pipeline's {@code model} says: a network written out, or the mixture of networks
 * that {@code auto} means.
 */
package dev.millrace.nn.auto;
