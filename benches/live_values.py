#!/usr/bin/env python3
"""How the time and memory of compiling grow with the number of values that are live at once.

  benches/live_values.py                          all shapes, 100 to 16,000 values
  benches/live_values.py --sizes 100 1000 -- calls sums
  benches/live_values.py --show calls 3           prints a program

A program is one procedure that computes values in one of these ways, and then makes a vector of all:

  calls     each is the result of a call, and live over the later calls
  stores    each is a sum, computed behind a store to a variable
  branches  each is what the two ways behind a test make
  sums      each is a sum
  lists     each is a pair
  params    each is a variable of a loop with calls in it

Columns are milliseconds of the phases `bytecode` and `native-code` of `cozen compile --native
--time-passes`, milliseconds of processor time of the whole process, and the largest resident size of
the process: the least of the runs each. A procedure with too many live values, or a too large one, has no native code:
there, the milliseconds of native code are what finding that out takes. Larger sizes of a shape are
left out after one that goes over the limit of seconds or of megabytes.
"""

import argparse
import os
import re
import resource
import subprocess
import tempfile
from pathlib import Path

import compare

SIZES = [100, 400, 1000, 2000, 4000, 8000, 16000]

# The import and what the shapes call. `unknown` is assigned, so no pass knows what a call of it does.
PRELUDE = """(import (scheme base) (scheme write))
(define sink #f)
(define (unknown x) (set! sink (list x)) x)
(set! unknown (lambda (x) x))
"""

# How a value is computed from the argument `a` and the value's number, by shape.
EXPRESSIONS = {
    "calls": "(unknown (+ a {0}))",
    "stores": "(begin (set! sink (list a)) (+ a {0}))",
    "branches": "(if (unknown a) (unknown (+ a {0})) (car a))",
    "sums": "(+ a {0})",
    "lists": "(cons a {0})",
}

SHAPES = [*EXPRESSIONS, "params"]


def text(shape, count):
    names = [f"v{number}" for number in range(count)]
    everything = f"(vector {' '.join(names)})"
    if shape == "params":
        inits = " ".join(f"({name} (+ a {number}))" for number, name in enumerate(names))
        others = " ".join(f"(begin (unknown {name}) {name})" for name in names[1:])
        body = f"(let loop ({inits})\n  (if (= v0 10) {everything} (loop (+ v0 1) {others})))"
    else:
        expression = EXPRESSIONS[shape]
        bindings = " ".join(f"({name} {expression.format(number)})" for number, name in enumerate(names))
        body = f"(let* ({bindings})\n  {everything})"
    return f"{PRELUDE}(define (f a) {body})\n(write (vector-length (f 1)))\n(write (vector-length (f 2)))\n"


class OverLimit(Exception):
    """A signal ended the compiler: the one of too many seconds, or an abort for lack of memory."""


def run(command, limits):
    """What a command printed to standard error, its processor time in milliseconds, its peak in megabytes."""
    seconds, megabytes = limits

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))

    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=limit
    )
    with process.stderr:
        printed = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        raise OverLimit
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {printed}")
    return printed, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


def milliseconds(phases, name):
    return float(re.search(rf"([\d.]+) ms\s+[\d.]+ %\s+{name}$", phases, re.MULTILINE).group(1))


def measure(cozen, source, limits):
    command = [cozen, "compile", "--native", "--time-passes", source, "-o", source.with_suffix(".czo")]
    phases, processor, megabytes = run(command, limits)
    return milliseconds(phases, "bytecode"), milliseconds(phases, "native-code"), processor, megabytes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="shape")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--cozen", type=Path, default=compare.ROOT / "target/release/cozen")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="limit of processor time, per run")
    parser.add_argument("--megabytes", type=int, default=2000, help="limit of memory")
    parser.add_argument("--show", nargs=2, metavar=("SHAPE", "COUNT"))
    arguments = parser.parse_args()
    shapes = arguments.shapes or SHAPES
    for shape in [*shapes, *(arguments.show or [])[:1]]:
        if shape not in SHAPES:
            parser.error(f"{shape} is no shape: {', '.join(SHAPES)}")
    if arguments.show:
        print(text(arguments.show[0], int(arguments.show[1])), end="")
        return
    print(f"{'shape':<9}{'values':>7}{'bytecode ms':>13}{'native ms':>11}{'all ms':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "live.scm"
        limits = arguments.seconds, arguments.megabytes
        for shape in shapes:
            for size in arguments.sizes:
                source.write_text(text(shape, size))
                try:
                    measured = [measure(arguments.cozen, source, limits) for _ in range(arguments.runs)]
                except OverLimit:
                    print(f"{shape:<9}{size:>7}   over the limit", flush=True)
                    break
                bytecode, native, processor, megabytes = map(min, zip(*measured))
                print(
                    f"{shape:<9}{size:>7}{bytecode:>13.1f}{native:>11.1f}{processor:>9.0f}{megabytes:>9.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
