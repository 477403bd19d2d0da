package dev.millrace.prequential;

/**
 * Bound of a prediction whose label comes later.
 *
 * @param value half width of the interval, or threshold of the set; NaN if not known
 * @param labels number of labels that were learned before
 */
record PendingBound(double value, long labels) {}
