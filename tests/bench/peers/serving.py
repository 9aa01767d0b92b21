"""What the peers have in common: the flags of bench_train, and how its --serve answers them."""

import argparse
import json
import sys
import time


def blas_library():
    """The file of the BLAS in this process: libopenblas where Debian's alternatives say so."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        files = {line.split()[-1].rsplit("/", 1)[-1] for line in maps if "/" in line}
    for name in ("openblas", "mkl_rt", "blis", "atlas", "blas.so"):
        for file in sorted(files):
            if name in file:
                return file
    return "none"


def parser():
    flags = argparse.ArgumentParser()
    flags.add_argument("--net", default="784-256-10")
    flags.add_argument("--batch", type=int, default=256)
    flags.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    flags.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd")
    flags.add_argument("--dropout", type=float, default=0.0)
    flags.add_argument("--batch-norm", action="store_true")
    flags.add_argument("--table", choices=("california", "bank_add"))
    flags.add_argument("--epochs", type=int)
    flags.add_argument("--seconds", type=float, default=0.4)
    return flags


def run(program, measure):
    """Answers the command line, or with --serve each line of the standard input.

    `measure` takes parsed flags with `widths` and gives a dict; an exception of it becomes
    {"error": text}.
    """
    flags = parser()

    def answer(words):
        try:
            request = flags.parse_args(words)
            request.widths = [int(width) for width in request.net.split("-")]
            return measure(request)
        except Exception as error:  # whatever it is, the next request may do
            return {"error": f"{type(error).__name__}: {error}"}

    if sys.argv[1:] != ["--serve"]:
        print(json.dumps(answer(sys.argv[1:])))
        return
    print(json.dumps({"program": program, "blas": blas_library()}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(line.split())), flush=True)


def cpu_seconds():
    """Of all threads of this process."""
    return time.process_time()
