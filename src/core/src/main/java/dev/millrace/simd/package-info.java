/**
 * Arithmetic on float arrays, the same bit for bit with and without SIMD and at any width.
 *
 * <p>{@link dev.millrace.simd.Kernels} and its companions for activations, layers, updates and the
 * scale of features (in doubles) state the order of operations of each kernel; {@link
 * dev.millrace.simd.ScalarKernels} is that order in plain loops, and the vector kernels equal it at
 * 128, 256 and 512 bits. Three rules make that possible:
 *
 * <ul>
 *   <li>A sum over an inner index starts from its first term (a bias, or 0) and adds one fused
 *       multiply-add per term, in ascending order, in its own lane: y<sub>c</sub> =
 *       fma(x<sub>i</sub>, w<sub>ic</sub>, y<sub>c</sub>), i = 0, 1, 2, … Registers hold different
 *       c, never parts of one sum.
 *   <li>A reduction (softmax, norms, layer normalization) has 16 lanes whatever the registers: lane
 *       l adds the elements l, l + 16, l + 32, …; the lanes are folded by adding lane l + 8 to lane
 *       l, then l + 4, l + 2, l + 1.
 *   <li>Functions are polynomials of this package, with the same steps in every lane.
 * </ul>
 *
 * <h2>Functions</h2>
 *
 * <pre>
 * e^x        k = round(x·log2 e), r = x - k·ln 2 (in two parts), (1 + r + r²·P(r))·2^k
 * e^x - 1    2^k·(r + r²·P(r)) + (2^k - 1)
 * tanh x     from e^2x - 1
 * sigmoid x  1 / (1 + e^-x)
 * ln x       x = m·2^k with m near 1, then m - 1 - (m - 1)²/2 + (m - 1)³·Q(m - 1) + k·ln 2
 * Φ(x)       from e^(-x²/2) and a polynomial in 1 / (1 + c·|x|)
 * </pre>
 *
 * <p>Their steps, and their error bounds in units in the last place, are stated and tested where
 * they are defined; NaN, infinities, signed zeros and denormals included. Neither {@code
 * FloatVector.reduceLanes} nor the functions of {@code VectorOperators} are used, because their
 * results are not specified and differ between compilers and machines.
 *
 * <h2>Which kernels run</h2>
 *
 * <p>{@link dev.millrace.simd.KernelProvider} chooses the vector kernels, at the processor's width
 * up to 512 bits. It chooses scalar kernels, after one warning that names the remedy, where the
 * module {@code jdk.incubator.vector} was not added, where the JVM has no optimizing compiler (C2),
 * no fused multiply-add instruction or no 128 bit vectors. {@code
 * -Dmillrace.simd.bits=0|128|256|512} turns them off or forces a width. Without a fused
 * multiply-add instruction, a double sum rounded to odd gives the same bits (Boldo and Melquiond,
 * 2008).
 */
@NullMarked
package dev.millrace.simd;

import org.jspecify.annotations.NullMarked;
