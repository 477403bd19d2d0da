/** Neural networks that learn from a stream, one example at a time. */
package dev.millrace.nn;
