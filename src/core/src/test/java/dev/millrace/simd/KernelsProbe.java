package dev.millrace.simd;

/**
 * Asks for the kernels several times, as the classes that compute do, and prints which they are.
 */
public final class KernelsProbe {

  private KernelsProbe() {}

  public static void main(String[] args) {
    Kernels kernels = Kernels.best();
    LayerKernels.best();
    UpdateKernels.best();
    ActivationKernels.best();
    System.out.println("bits=" + kernels.bits());
  }
}
