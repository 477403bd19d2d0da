#!/usr/bin/env python3
"""Training steps of Millrace and of PyTorch side by side: measures the table in docs/performance.md.

    bench/steps.py measure --jdk 17=/usr/lib/jvm/java-17 --jdk 25=/usr/lib/jvm/jdk-25 --core 1 steps.jsonl
    bench/steps.py table steps.jsonl

`measure` goes through all cells; in each, PyTorch with two kernels of OpenBLAS and Millrace on each
JDK take turns, every time in a process of its own, and each result is one line of the file. A file
that is there is continued. `table` prints medians and ratios as Markdown; of PyTorch the better of
its two settings counts.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
NETWORKS = ["8,32,2", "54,128,64,7", "784,256,128,10", "1024,1024,1024,10"]
CASES = [(1, "sgd"), (16, "sgd"), (64, "sgd"), (256, "sgd"), (1, "adam"), (64, "adam")]
# None: what OpenBLAS chooses by itself. Haswell is the faster one for large batches on some machines.
BLAS = [None, "Haswell"]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    measure = commands.add_parser("measure", help="measure all cells, or go on with them")
    measure.add_argument("--jdk", action="append", metavar="NAME=HOME", required=True,
                         help="a JDK to measure with; may be repeated")
    measure.add_argument("--core", type=int, help="bind every process to this core")
    measure.add_argument("--rounds", type=int, default=3, help="processes of each kind a cell")
    measure.add_argument("--seconds", type=float, default=3.0, help="measured in each process")
    measure.add_argument("--warmup", type=float, default=8.0, help="of each JVM; PyTorch needs 1 s")
    measure.add_argument("--python", default="/usr/bin/python3", help="a Python that has PyTorch")
    measure.add_argument("--network", action="append", choices=NETWORKS, help="only this one")
    measure.add_argument("--case", action="append", choices=[f"{b},{o}" for b, o in CASES],
                         help="only this batch size and optimizer, such as 1,adam; may be repeated")
    measure.add_argument("file", type=pathlib.Path)
    table = commands.add_parser("table", help="print the table of a file")
    table.add_argument("file", type=pathlib.Path)
    return parser.parse_args()


def read(file):
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def last_json(command, environment):
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def runs(option):
    """(name, command before the cell's own arguments, environment) of everything that takes a turn."""
    bind = ["taskset", "-c", str(option.core)] if option.core is not None else []
    for blas in BLAS:
        peer = bind + [option.python, str(HERE / "torch_step.py")]
        yield f"PyTorch {blas or 'default'}", peer, {"OPENBLAS_CORETYPE": blas} if blas else {}
    for jdk in option.jdk:
        name, home = jdk.split("=", 1)
        ours = bind + [str(HERE.parent / "millrace"), "bench", "step", "--json", "--jvms", "1",
                       "--warmup", str(option.warmup)]
        yield f"JDK {name}", ours, {"JAVA_HOME": home}


def measure(option):
    done = read(option.file)
    with option.file.open("a") as out:
        for layers in option.network or NETWORKS:
            for batch, optimizer in CASES:
                if option.case and f"{batch},{optimizer}" not in option.case:
                    continue
                for turn in range(option.rounds):
                    for name, command, environment in runs(option):
                        cell = {"layers": layers, "batch": batch, "optimizer": optimizer,
                                "round": turn, "run": name}
                        if any(cell.items() <= line.items() for line in done):
                            continue
                        result = last_json(
                            command + ["--layers", layers, "--batch", str(batch), "--optimizer",
                                       optimizer, "--seconds", str(option.seconds)], environment)
                        out.write(json.dumps({**cell, "result": result}) + "\n")
                        out.flush()
                        print(f"{layers} batch {batch} {optimizer} {name}:"
                              f" {result['examples_per_s']:,}", file=sys.stderr)


def table(lines):
    jdks = sorted({line["run"] for line in lines if line["run"].startswith("JDK")})
    heads = ["network", "batch", "optimizer", "PyTorch"]
    for jdk in jdks:
        heads += [jdk, "÷ PyTorch", "of peak"]
    print("| " + " | ".join(heads) + " |")
    print("| " + " | ".join(["---"] * len(heads)) + " |")
    for layers in NETWORKS:
        for batch, optimizer in CASES:
            cell = [line for line in lines if (line["layers"], line["batch"], line["optimizer"])
                    == (layers, batch, optimizer)]

            def median(run, figure="examples_per_s"):
                return statistics.median(line["result"][figure] for line in cell if line["run"] == run)

            torch = {line["run"] for line in cell if line["run"].startswith("PyTorch")}
            if not torch:
                continue
            peer = max(median(run) for run in torch)
            row = [layers.replace(",", "-"), str(batch), optimizer, f"{peer:,.0f}"]
            for jdk in jdks:
                rate = median(jdk)
                row += [f"{rate:,.0f}", f"{rate / peer:.3g}",
                        f"{100 * median(jdk, 'fma_peak_fraction'):.0f} %"]
            print("| " + " | ".join(row) + " |")


def main():
    option = options()
    if option.command == "measure":
        measure(option)
    else:
        table(read(option.file))


if __name__ == "__main__":
    main()
