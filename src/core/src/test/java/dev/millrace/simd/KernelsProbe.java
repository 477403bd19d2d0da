package dev.millrace.simd;

/**
 * Asks for the kernels several times, as the classes that compute do, and prints which they are.
 */
public final class KernelsProbe {

  private KernelsProbe() {}

  public static void main(String[] args) {
    Kernels kernels = KernelProvider.kernels();
    KernelProvider.layers();
    KernelProvider.updates();
    KernelProvider.activations();
    System.out.println("bits=" + kernels.bits());
  }
}
