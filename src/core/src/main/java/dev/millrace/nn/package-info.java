/**
 * Dense neural networks that learn from a stream, one example at a time.
 *
 * <p>{@link dev.millrace.nn.Learner} is the model, {@link dev.millrace.nn.spec.ModelSpec} its
 * specification. For each example it updates the statistics of the features, normalizes them,
 * predicts, and gathers the example into a mini-batch of {@code batchSize}; the weights take one
 * step when the mini-batch is full. Everything is computed in {@code float} with the one order of
 * operations of {@link dev.millrace.simd}, statistics in {@code double}, so that the same examples
 * give the same model, bit for bit, on every machine.
 *
 * <h2>Forward propagation</h2>
 *
 * <p>With a<sub>0</sub> = the normalized features, layer l of L computes
 *
 * <pre>
 * z_l = a_{l-1} · W_l + b_l        weighted sums; W_l is [inputs x units]
 * z_l = g_l · x̂ + s_l              with layer normalization (Ba et al., 2016):
 *                                  x̂ = (z_l - mean) / sqrt(variance + 1e-5) over the units
 * a_l = f_l(z_l)                   activation
 * a_l = a_l · mask / (1 - rate)    with dropout, while learning (Srivastava et al., 2014)
 * </pre>
 *
 * <h2>Activations</h2>
 *
 * <table>
 * <caption>Activations f(z) with y = f(z) and their derivatives</caption>
 * <tr><th scope="col">name</th><th scope="col">f(z)</th><th scope="col">f'(z)</th>
 *     <th scope="col">source</th></tr>
 * <tr><td>sigmoid</td><td>1 / (1 + e<sup>-z</sup>)</td><td>y(1 - y)</td><td></td></tr>
 * <tr><td>tanh</td><td>tanh z</td><td>1 - y²</td><td></td></tr>
 * <tr><td>relu</td><td>max(0, z)</td><td>1 above 0, else 0</td><td>Nair and Hinton, 2010</td></tr>
 * <tr><td>leaky_relu</td><td>z above 0, else 0.01·z</td><td>1 above 0, else 0.01</td>
 *     <td>Maas et al., 2013</td></tr>
 * <tr><td>elu</td><td>z above 0, else e<sup>z</sup> - 1</td><td>1 above 0, else y + 1</td>
 *     <td>Clevert et al., 2016</td></tr>
 * <tr><td>selu</td><td>λz above 0, else λα(e<sup>z</sup> - 1); λ = 1.0507, α = 1.6733</td>
 *     <td>λ above 0, else y + λα</td><td>Klambauer et al., 2017</td></tr>
 * <tr><td>gelu</td><td>z·Φ(z)</td><td>Φ(z) + z·φ(z)</td><td>Hendrycks and Gimpel, 2016</td></tr>
 * <tr><td>silu</td><td>z·σ(z)</td><td>σ(z) + z·σ(z)(1 - σ(z))</td>
 *     <td>Elfwing et al., 2018</td></tr>
 * <tr><td>softplus</td><td>ln(1 + e<sup>z</sup>)</td><td>σ(z)</td><td>Dugas et al., 2001</td></tr>
 * <tr><td>softmax</td><td>e<sup>z_i - max z</sup> / Σ<sub>k</sub> e<sup>z_k - max z</sup></td>
 *     <td>δ<sub>i</sub> becomes y<sub>i</sub>(δ<sub>i</sub> - Σ<sub>k</sub>
 *     δ<sub>k</sub>y<sub>k</sub>)</td>
 *     <td>Bridle, 1990</td></tr>
 * <tr><td>linear</td><td>z</td><td>1</td><td></td></tr>
 * </table>
 *
 * <p>σ is sigmoid, Φ and φ the distribution and the density of the standard normal distribution.
 *
 * <h2>Losses</h2>
 *
 * <p>The formulas of the loss of one example, of its gradient and of its curvature are at {@link
 * dev.millrace.nn.spec.Loss}. The cross-entropies are fused with sigmoid and softmax, so that their
 * gradient is exact for weighted sums of any size; the probability in a reported loss is cut to
 * 1e-7..1 - 1e-7. Label smoothing ε makes the target (1 - ε)·t + ε / classes (Szegedy et al.,
 * 2016). The cost of a mini-batch is Σ weight·loss / batchSize, plus l1·Σ|w| + l2·Σw² over the
 * weights without the biases (elastic net; Zou and Hastie, 2005).
 *
 * <h2>Backpropagation</h2>
 *
 * <p>From the gradient of the loss at the output layer down (Rumelhart et al., 1986), row by row of
 * the mini-batch:
 *
 * <pre>
 * δ_l      = (gradient of a_l) ∘ f'_l(z_l)     times mask / (1 - rate) with dropout
 * grad W_l = a_{l-1}ᵀ · δ_l                     summed over the rows
 * grad b_l = Σ δ_l                              summed over the rows
 * gradient of a_{l-1} = δ_l · W_lᵀ
 * </pre>
 *
 * <p>The gradient of each row is clipped (Pascanu et al., 2013) relative to δ<sub>L</sub> of the
 * output layer, which leaves probabilities as they are: with |g|² = Σ |δ<sub>l</sub>|²·(1 +
 * |a<sub>l-1</sub>|²), it is shortened to {@code clip}·|δ<sub>L</sub>|, and with sgd also to
 * |δ<sub>L</sub>|² / (η·c·|g|) with η = learning rate / (1 - momentum) / batchSize and c = the
 * largest curvature of the {@link dev.millrace.nn.spec.Loss}. That is at most the step to the
 * minimum of the loss of its own example. Weights of examples are no part of the limits. With mse
 * on a standardized target, y - t in the gradient is cut to ±32.
 *
 * <p>Then the penalty's gradient is added; a step whose gradient is not finite, or beyond 1e15, is
 * left out and counted; {@code clipValue} cuts each element.
 *
 * <h2>Optimizers</h2>
 *
 * <p>η is the learning rate of the step, t the number of the step from 1, all operations element by
 * element:
 *
 * <table>
 * <caption>Update rules</caption>
 * <tr><th scope="col">name</th><th scope="col">update</th><th scope="col">source</th></tr>
 * <tr><td>sgd</td><td>w -= ηg</td><td>Robbins and Monro, 1951</td></tr>
 * <tr><td>sgd with momentum μ</td><td>v = μv + g; w -= ηv</td><td>Polyak, 1964</td></tr>
 * <tr><td>sgd with nesterov</td><td>v = μv + g; w -= η(g + μv)</td>
 *     <td>Nesterov, 1983, as PyTorch has it</td></tr>
 * <tr><td>adagrad</td><td>s += g²; w -= ηg / (√(s + initialSum) + ε)</td>
 *     <td>Duchi et al., 2011</td></tr>
 * <tr><td>rmsprop</td><td>v = ρv + (1 - ρ)g²; w -= ηg / (√v̂ + ε); v̂ = v, or v / (1 -
 *     ρ<sup>t</sup>) with bias correction</td><td>Hinton, 2012, lecture 6e</td></tr>
 * <tr><td>adam</td><td>m = β₁m + (1 - β₁)g; v = β₂v + (1 - β₂)g²; w -= η·m / (1 - β₁<sup>t</sup>) /
 *     (√(v / (1 - β₂<sup>t</sup>)) + ε)</td><td>Kingma and Ba, 2015</td></tr>
 * <tr><td>adamw</td><td>w -= η·weightDecay·w; then adam</td>
 *     <td>Loshchilov and Hutter, 2019</td></tr>
 * <tr><td>ftrl</td><td>n' = n + g²; σ = (√n' - √n) / α; z += g - σw; w = 0 where |z| ≤ l1, else
 *     (sign(z)·l1 - z) / ((β + √n') / α + l2)</td><td>McMahan et al., 2013</td></tr>
 * </table>
 *
 * <p>Last, {@code maxNorm} shortens the weights into each neuron to that L2 norm.
 *
 * <h2>Schedules</h2>
 *
 * <p>During the first {@code warmup} steps the rate is η·(s + 1) / warmup with s = steps taken;
 * after them η times a factor of k = s - warmup:
 *
 * <table>
 * <caption>Factors</caption>
 * <tr><th scope="col">name</th><th scope="col">factor</th></tr>
 * <tr><td>constant</td><td>1</td></tr>
 * <tr><td>step</td><td>factor<sup>⌊k / steps⌋</sup></td></tr>
 * <tr><td>inverse-time</td><td>1 / (1 + decay·k / steps)</td></tr>
 * <tr><td>cosine</td><td>floor + (1 - floor)·(1 + cos(π·min(k, steps) / steps)) / 2 (Loshchilov and
 *     Hutter, 2017, without restarts)</td></tr>
 * </table>
 *
 * <h2>Normalization</h2>
 *
 * <p>Standard: (x - mean) / standard deviation, cut to -clip..clip, by Welford's (1962) recurrence
 * with decay f: n = n(1 - f) + 1; q = x - mean, from the 101st value on at most 100 standard
 * deviations; mean += q / n; m2 = m2(1 - f) + q(q - q / n); variance = m2 / n. Minmax: (x - min) /
 * (max - min), within 0..1. A missing value (NaN, or infinite), and a feature that has not varied,
 * is 0. A regression's target goes through the same formulas, without the cut, and predictions come
 * back through them.
 *
 * <h2>Initial weights</h2>
 *
 * <p>Normal, with variance 2 / inputs for relu, leaky_relu, elu, gelu and silu (He et al., 2015), 1
 * / inputs for selu (LeCun et al., 1998), 2 / (inputs + units) otherwise (Glorot and Bengio, 2010);
 * biases and shifts 0, gains 1. Each weight is drawn by seed, key and its own place, and scaled to
 * the variance of its layer as it is when it is added: a class added later gets the same random
 * numbers as at the start. {@link dev.millrace.nn.spec.ModelSpec#single} takes 1 / inputs for all.
 */
@NullMarked
package dev.millrace.nn;

import org.jspecify.annotations.NullMarked;
