#!/usr/bin/python3
"""Examples per second of whole training steps in PyTorch on one thread: the peer of `millrace bench step`.

A step is forward, loss, backward and update of a relu network with cross-entropy, on a pool of random
examples. Counted in processor time of this process, as `bench step` counts that of its thread; the
last line is JSON. Debian's python3-torch needs libopenblas0-pthread beside it, else it runs on the
reference BLAS, which is many times slower. OPENBLAS_CORETYPE chooses the kernels of OpenBLAS.
"""
import argparse
import json
import os
import statistics
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import torch  # noqa: E402  (reads the variables above)

POOL_FLOATS = 2 << 20
SLICE_SECONDS = 0.1


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", default="8,32,2", help="inputs, hidden neurons, classes")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--optimizer", default="sgd", choices=["sgd", "adam"])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--warmup", type=float, default=1.0)
    return parser.parse_args()


def network(units):
    layers = []
    for inputs, outputs in zip(units, units[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])  # no activation on the output layer: it makes logits


def blas():
    """Which library multiplies the matrices, as far as this system tells."""
    if torch.backends.mkl.is_available():
        return "mkl"
    try:
        with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
            return "openblas" if "libopenblas" in maps.read() else "reference"
    except OSError:
        return "unknown"


def slices(step, batch, seconds):
    """Examples per second of each tenth of a second."""
    rates, number, begun = [], 0, time.process_time()
    while not rates or time.process_time() - begun < seconds:
        start, steps = time.process_time(), 0
        while time.process_time() - start < SLICE_SECONDS:
            step(number)
            number += 1
            steps += 1
        rates.append(steps * batch / (time.process_time() - start))
    return rates


def main():
    option = options()
    units = [int(n) for n in option.layers.split(",")]
    torch.set_num_threads(1)
    torch.manual_seed(1)
    pool = max(4, min(1024, POOL_FLOATS // (units[0] * option.batch)))
    features = [torch.randn(option.batch, units[0]) for _ in range(pool)]
    labels = [torch.randint(0, units[-1], (option.batch,)) for _ in range(pool)]
    model, loss = network(units), torch.nn.CrossEntropyLoss()
    if option.optimizer == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)

    def step(number):
        optimizer.zero_grad(set_to_none=True)
        loss(model(features[number % pool]), labels[number % pool]).backward()
        optimizer.step()

    slices(step, option.batch, option.warmup)
    rates = slices(step, option.batch, option.seconds)
    print(json.dumps({
        "layers": units, "batch": option.batch, "optimizer": option.optimizer,
        "examples_per_s": round(statistics.median(rates)), "torch": torch.__version__,
        "blas": blas(), "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE")}))


if __name__ == "__main__":
    main()
