package dev.millrace.nn;

import java.io.Serializable;

/** A fully connected layer: its number of neurons and their activation. */
public record LayerSpec(int units, Activation activation) implements Serializable {}
