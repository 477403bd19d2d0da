/** Arithmetic on float arrays, the same bit for bit with and without SIMD and at any width. */
package dev.millrace.simd;
