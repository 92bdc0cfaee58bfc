#!/usr/bin/env python3
"""Finds shapes of programs whose time to compile grows faster than their size.

Each shape is a program of some number of parts. Each is compiled with that number, and with eight times as many: the
second compilation may take at most twelve times as much time of the processor. Of several samples of each, the fastest
counts. The three passes that took the longest stand beside the ratio.

    benches/compile_shapes.py                    # all shapes, 4,000 and 32,000 parts, with target/release/cozen
    benches/compile_shapes.py --only or loops    # some of them
    benches/compile_shapes.py --native           # native code beside the bytecode
    benches/compile_shapes.py --check            # what CI does: some fast shapes, in both tiers
"""

import argparse
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATIO_MAX = 12.0
# The system tells times in ticks: less is not compared.
SECONDS_MIN = 0.03
TIERS = {"bytecode": ["--no-native"], "native": []}
# Shapes that show most faults, and take some seconds together.
CHECKED = ["or", "loops", "nested loops", "deep loops", "let", "nested inits", "closures"]
CHECKED += ["nested quasiquotation", "case-lambda"]
# Where a machine does other things meanwhile: a shape that takes quadratic time has a ratio of 64.
CHECKED_RATIO_MAX = 24.0
IMPORTS = "(import (scheme base) (scheme case-lambda) (scheme write))\n"


def each(count, part):
    return " ".join(part(number) for number in range(count))


def nested_loops(depth):
    return "(do ((i 0 (+ i 1))) ((= i 1)) " * depth + "(car (list 1))" + ")" * depth


def deep_loops(depth):
    loops = each(depth, lambda i: f"(let l{i} ((i{i} 0)) (if (< i{i} 2) (begin ")
    ends = each(depth, lambda i: f"(l{depth - 1 - i} (+ i{depth - 1 - i} 1))) #f))")
    return f"{loops} (car x) {ends}"


def neighbours(count):
    def procedure(i):
        before, after = max(0, i - 1), min(count - 1, i + 1)
        return f"(define (f{i} y) (if (pair? y) (f{before} (cdr y)) (f{after} x)))"

    return each(count, procedure)


def nested_quasiquotation(depth, items):
    text = "x"
    for _ in range(depth):
        text = f"`({each(items, lambda i: f',(+ x {i})')} ,{text})"
    return text


def gaps():
    parameters = each(51, lambda i: f"p{i}")
    return f"(case-lambda ((a) a) (({parameters}) p9))"


# What is wanted is the time to compile: no program runs long.
SHAPES = {
    "or": lambda n: f"(define (g x) (or {'(car x) ' * n})) (g '(1))",
    "and": lambda n: f"(define (g x) (and {'(car x) ' * n})) (g '(1))",
    "if": lambda n: f"(define (g x) {each(n, lambda i: f'(if (eq? x {i}) (display {i}))')}) (g -1)",
    "case": lambda n: f"(define (g x) (case x {each(n, lambda i: f'((s{i}) {i})')} (else 0))) (g 'x)",
    "string=?": lambda n: "(define (g x) (cond "
    + each(n, lambda i: f"((string=? x (symbol->string 's{i})) {i})")
    + ')) (g "")',
    "loops": lambda n: f"(define (g) {'(do ((i 0 (+ i 1))) ((= i 3)) (car (list i)))' * n}) (g)",
    "nested loops": lambda n: f"(define (g) {nested_loops(10) * (n // 10)}) (g)",
    # Frame maps grow with the square of the depth.
    "deep loops": lambda n: f"(define (g x) {deep_loops(n // 20)}) (g '(1))",
    "procedures in circles": lambda n: f"(define (g x) {neighbours(n // 4)} (f0 1)) (display g)",
    "nested inits": lambda n: f"(define (g y) {'(let ((x ' * n} y {')) x)' * n}) (g 1)",
    "let": lambda n: f"(define (g x) (let* ({each(n, lambda i: f'(a{i} (car x))')}) a0)) (g '(1))",
    "set!": lambda n: f"(define (g x) {'(set! x (+ x 1))' * n} x) (g 1)",
    "defines": lambda n: f"{each(n, lambda i: f'(define (f{i} x) (+ x {i}))')} (f0 1)",
    "calls in a row": lambda n: f"(define (f0 x) x) {each(n, lambda i: f'(define (f{i + 1} x) (+ 1 (f{i} x)))')}",
    "mutual recursion": lambda n: "(define (g x) (letrec ("
    + each(n, lambda i: f"(f{i} (lambda (y) (if (= y 0) x (f{(i + 1) % n} (- y 1)))))")
    + ") (f0 3))) (g 1)",
    "closures": lambda n: f"(define (g x) (list {each(n, lambda i: f'(lambda () (+ x {i}))')})) (g 1)",
    "guards": lambda n: f"(define (g x) {'(guard (e (#t 1)) (car x))' * (n // 4)}) (g '(1))",
    "macros": lambda n: "(define-syntax m (syntax-rules () ((_ a) (let ((t a)) (if t t 0)))))"
    f"(define (g x) {'(m (car x))' * n}) (g '(1))",
    "quasiquotation": lambda n: f"(define (g x) `({each(n, lambda i: f',(+ x {i})')})) (g 1)",
    "nested quasiquotation": lambda n: f"(define (g x) {nested_quasiquotation(8, n // 8)}) (g 1)",
    "case-lambda": lambda n: f"(define (g x) (list {gaps() * (n // 200)})) (g 1)",
    "globals": lambda n: each(n, lambda i: f"(define v{i} {i}) (set! v{i} 1)"),
}


def compile_fastest(samples, *arguments):
    """Seconds of the processor, and what the passes took, of the fastest of some compilations."""
    return min(compile_once(*arguments) for _ in range(samples))


def compile_once(cozen, tier, file, text):
    """Seconds of the processor, and what the passes took."""
    file.write_text(IMPORTS + text)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    command = [cozen, "compile", *tier, "--time-passes", file, "-o", file.with_suffix(".czo")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    passes = re.findall(r"([\d.]+) ms +[\d.]+ % +(\S+)", told)
    longest = sorted((float(taken), name) for taken, name in passes if name != "total")[-3:]
    return seconds, ", ".join(f"{name} {taken:.0f} ms" for taken, name in reversed(longest))


def slow_shapes(arguments, shapes, ratio_max, tier):
    """The names of the shapes that grow too fast, with the tier."""
    slow = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "shape.scm"
        for name in shapes:

            def fastest(count):
                return compile_fastest(arguments.samples, arguments.cozen, TIERS[tier], file, SHAPES[name](count))

            few, _ = fastest(arguments.parts)
            many, longest = fastest(8 * arguments.parts)
            ratio = many / max(few, SECONDS_MIN)
            print(f"{name:22} {tier:8} {few:7.2f} s {many:7.2f} s  x{ratio:4.1f}  {longest}", flush=True)
            if ratio > ratio_max:
                slow.append(f"{name} ({tier})")
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cozen", type=pathlib.Path, default=ROOT / "target/release/cozen")
    parser.add_argument("--parts", type=int, default=4000)
    parser.add_argument("--samples", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=SHAPES, default=SHAPES)
    parser.add_argument("--native", action="store_const", const="native", default="bytecode", dest="tier")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        slow = [name for tier in TIERS for name in slow_shapes(arguments, CHECKED, CHECKED_RATIO_MAX, tier)]
    else:
        slow = slow_shapes(arguments, arguments.only, RATIO_MAX, arguments.tier)
    if slow:
        sys.exit(f"grow faster than their size: {', '.join(slow)}")


if __name__ == "__main__":
    main()
