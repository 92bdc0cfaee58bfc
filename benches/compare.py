#!/usr/bin/env python3
"""Runs Scheme programs under cozen and the peers that are installed, and prints a table.

  benches/compare.py                         the programs of benches/programs, and one of 1,000 procedures
  benches/compare.py --r7rs DIR              the set of ecraven/r7rs-benchmarks, checked out at DIR
  benches/compare.py --r7rs DIR fib tak      some of them
  benches/compare.py --check                 right or wrong under cozen alone, for use in tests

A program of benches/programs says on its first line what it prints (`;; expect: ...`). A program of
the set is put together as the set's `bench` script does (program, common code, postlude) and reads
its input from standard input; `--quarter` divides the iteration count by four, but for programs that
would then take cozen less than 0.2 seconds: these keep their full input.

Times are user plus system seconds of the whole process, compilation excluded: every system has a
compiler (`cozen compile`, Guile's compile-file, Chez's compile-program, gsc). The ratios are to the
first column. The means count a time-out of a peer as the limit; they are given without those
programs too.
"""

import argparse
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import many_procedures

ROOT = Path(__file__).resolve().parent.parent
SHORT_SECONDS = 0.2
LEAST_SECONDS = 1e-3
OUR_NAME = '(define (this-scheme-implementation-name) "cozen")\n'

GUILE_SHIM = """
(define-syntax import (syntax-rules () ((_ stuff ...) (begin))))
(use-modules (rnrs bytevectors) (srfi srfi-9) (srfi srfi-11))
(define flush-output-port force-output)
(define (current-second) (current-time))
(define (jiffies-per-second) internal-time-units-per-second)
(define current-jiffy get-internal-real-time)
(define exact inexact->exact)
(define inexact exact->inexact)
(define (square x) (* x x))
(define (write-string s . port) (apply display s port))
(define arithmetic-shift ash)
(define bitwise-and logand)
(define bitwise-xor logxor)
(define (this-scheme-implementation-name) "guile")
(read-enable 'r7rs-symbols)
(print-enable 'r7rs-symbols)
"""

CHEZ_SHIM = """
(define-syntax define-record-type
  (lambda (form)
    (syntax-case form ()
      ((_ name (maker parameter ...) predicate (field accessor modifier ...) ...)
       (with-syntax (((initial ...)
                      (map (lambda (field)
                             (if (memp (lambda (p) (bound-identifier=? p field)) #'(parameter ...))
                                 field
                                 #'#f))
                           #'(field ...)))
                     ((clause ...)
                      (map (lambda (field accessor modifier)
                             (if (null? (syntax->list modifier))
                                 (list #'immutable field accessor)
                                 (list #'mutable field accessor (car (syntax->list modifier)))))
                           #'(field ...) #'(accessor ...) #'((modifier ...) ...))))
         #'(r6-define-record-type (name maker predicate)
             (fields clause ...)
             (protocol (lambda (new) (lambda (parameter ...) (new initial ...))))))))))
(define (current-second) (let ((t (current-time))) (+ (time-second t) (/ (time-nanosecond t) 1e9))))
(define (jiffies-per-second) 1000000000)
(define (current-jiffy)
  (let ((t (current-time 'time-monotonic)))
    (+ (* 1000000000 (time-second t)) (time-nanosecond t))))
(define (square x) (* x x))
(define (write-string s . port) (apply display s port))
(define arithmetic-shift bitwise-arithmetic-shift)
(define (exact-integer? x) (and (integer? x) (exact? x)))
(define (list-copy l) (append l '()))
(define (read-line . p) (apply get-line (if (null? p) (list (current-input-port)) p)))
(define (this-scheme-implementation-name) "chez")
"""

GAMBIT_SHIM = """
(declare (standard-bindings) (extended-bindings) (block))
(define (this-scheme-implementation-name) "gambit")
"""


def strip_import(text):
    """The program without its leading `(import ...)`, which may span lines."""
    start = text.find("(import")
    if start < 0:
        return text
    depth, end = 0, start
    while True:
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
        if depth == 0:
            return text[:start] + text[end:]


def defined_names(text):
    return sorted(set(re.findall(r"^\(define[a-z-]*\s+\(?\s*([^\s()]+)", text, re.M)))


class System:
    """A Scheme: how to prepare a program and how to run it."""

    def __init__(self, name, prepare, command, environment=None, source=None):
        self.name, self.command = name, command
        # How to write the source that the system itself reads.
        self.source = source
        self.prepare_anew = prepare
        self.environment = environment or {}

    def prepare(self, text, stem):
        """The program ready to run: compiled before, if the same text is there from another time."""
        kept = stem.with_suffix(f".{self.name.removesuffix('-nojit')}.prepared")
        if self.name != "cozen" and kept.exists():
            path, _, same = kept.read_text().partition("\n")
            if same == text and Path(path).exists():
                return Path(path)
        prepared = self.prepare_anew(text, stem)
        kept.write_text(f"{prepared}\n{text}")
        return prepared


def compiled_by_chez(chez, prepare, level):
    """How to prepare a program for Chez: `prepare` writes the source, of which an object is made.

    The object is not compressed: so its size says something, and it loads a little faster.
    """

    def for_chez(text, stem):
        source = prepare(text, stem)
        compiled = stem.with_suffix(f".chez-O{level}.so")
        form = f'(fasl-compressed #f) (optimize-level {level}) (compile-program "{source}" "{compiled}")'
        done = subprocess.run([chez, "-q"], input=form, text=True, capture_output=True, check=True)
        if not compiled.exists():
            raise subprocess.CalledProcessError(1, chez, done.stdout, done.stderr)
        return compiled

    return for_chez


def systems(arguments):
    found = []
    cozen = arguments.cozen or ROOT / "target/release/cozen"

    def for_cozen(text, stem):
        source = stem.with_suffix(".cozen.scm")
        source.write_text(text)
        image = stem.with_suffix(".czo")
        subprocess.run([cozen, "compile", *arguments.compile_option, source, "-o", image], check=True)
        return image

    found.append(System("cozen", for_cozen, lambda image: [cozen, "--trust", *arguments.cozen_option, "run", image]))
    if arguments.check:
        return found
    guile = shutil.which("guile") or shutil.which("guile-3.0")
    if guile:

        def for_guile(text, stem):
            source = stem.with_suffix(".guile.scm")
            source.write_text(GUILE_SHIM + strip_import(text))
            compiled = stem.with_suffix(".go")
            compile_file = (
                "(use-modules (system base compile))"
                f'(compile-file "{source}" #:output-file "{compiled}" #:optimization-level 2)'
            )
            subprocess.run(
                [guile, "--no-auto-compile", "-c", compile_file],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            return compiled

        def run_guile(compiled):
            return [guile, "--no-auto-compile", "-c", f'(load-compiled "{compiled}")']

        found.append(System("guile", for_guile, run_guile))
        found.append(System("guile-nojit", for_guile, run_guile, {"GUILE_JIT_THRESHOLD": "-1"}))
    chez = shutil.which("chezscheme") or shutil.which("chez") or shutil.which("scheme")
    if chez:

        def for_chez(text, stem):
            body = strip_import(text)
            names = " ".join(n for n in defined_names(CHEZ_SHIM + body) if n not in ("...",))
            source = stem.with_suffix(".chez.ss")
            source.write_text(f"(import (except (chezscheme) {names}))\n{CHEZ_SHIM}{body}")
            return source

        # `except` refuses names that are not exported: keep only those that Chez knows.
        known = set(
            subprocess.run(
                [chez, "-q"], capture_output=True, text=True,
                input="(for-each (lambda (s) (display s) (newline)) (library-exports '(chezscheme)))",
            ).stdout.split()
        )

        def for_chez_known(text, stem):
            source = for_chez(text, stem)
            head, rest = source.read_text().split("\n", 1)
            names = [n for n in head[len("(import (except (chezscheme) "):-2].split() if n in known]
            names.append("define-record-type")
            source.write_text(
                f"(import (except (chezscheme) {' '.join(names)})"
                " (rename (only (chezscheme) define-record-type) (define-record-type r6-define-record-type)))\n"
                + rest
            )
            return source

        for name, level in [("chez", "2"), ("chez-O3", "3")]:
            if name == "chez" or name in (arguments.only or []):
                prepare = compiled_by_chez(chez, for_chez_known, level)
                run = lambda compiled: [chez, "--program", compiled]
                found.append(System(name, prepare, run, source=for_chez_known))
    gsc = shutil.which("gsc") or shutil.which("gambitc")
    if gsc:

        def for_gambit(text, stem):
            source = stem.with_suffix(".gambit.scm")
            source.write_text(GAMBIT_SHIM + strip_import(text))
            program = stem.with_suffix(".gambit")
            subprocess.run(
                [gsc, "-o", program, "-exe", source],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            return program

        found.append(System("gambit", for_gambit, lambda program: [program]))
    return [s for s in found if not arguments.only or s.name in arguments.only]


class Program:
    """A name, the whole text, standard input (and a longer one), and the test of what it printed."""

    def __init__(self, name, text, stdin, is_right, full_stdin=None):
        self.name, self.text, self.stdin, self.is_right = name, text, stdin, is_right
        self.full_stdin = full_stdin


def own_programs(names):
    for path in sorted((ROOT / "benches/programs").glob("*.scm")):
        if names and path.stem not in names:
            continue
        text = path.read_text()
        expected = text.splitlines()[0].removeprefix(";; expect: ").strip()
        yield Program(path.stem, text, b"", lambda out, want=expected: out.strip() == want)
    if not names or many_procedures.NAME in names:
        yield Program(
            many_procedures.NAME, many_procedures.text(), b"",
            lambda out: out.strip() == many_procedures.EXPECTED,
        )


def set_programs(directory, names, quarter):
    source = directory / "src"
    everything = sorted(p.stem for p in (directory / "inputs").glob("*.input") if p.stem != "read0")
    common = (source / "common.scm").read_text()
    postlude = (source / "common-postlude.scm").read_text()
    for name in names or everything:
        text = "\n".join([(source / f"{name}.scm").read_text(), common, OUR_NAME, postlude])
        data = (directory / "inputs" / f"{name}.input").read_text()
        full = data
        if quarter:
            data = re.sub(r"^(\s*(?:;[^\n]*\n\s*)*)(\d+)", lambda m: m[1] + str(max(1, int(m[2]) // 4)), data, count=1)
        yield Program(
            name, text, data.encode(),
            lambda out: "Elapsed time" in out and "INCORRECT" not in out and "ERROR" not in out,
            full.encode() if full != data else None,
        )


def measure(system, program, stem, limit_seconds, directory):
    """CPU seconds, or a word that says why there are none."""
    text = program.text
    if system.name != "cozen":
        text = text.replace(OUR_NAME, "")
    try:
        prepared = system.prepare(text, stem)
    except subprocess.CalledProcessError:
        return "compile"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            system.command(prepared), input=program.stdin, capture_output=True,
            timeout=limit_seconds, cwd=directory, env={**os.environ, **system.environment},
        )
    except subprocess.TimeoutExpired:
        return "time"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = done.stdout.decode(errors="replace")
    if done.returncode != 0 or not program.is_right(out):
        if system.name == "cozen":
            errors = done.stderr.decode(errors="replace")
            sys.stderr.write(f"{program.name}: exit {done.returncode}\n{out[-600:]}{errors[-1200:]}\n")
        return "wrong"
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def prepare_all(programs, columns, scratch):
    for program in programs:
        for system in columns:
            text = program.text if system.name == "cozen" else program.text.replace(OUR_NAME, "")
            try:
                system.prepare(text, Path(scratch) / program.name)
            except subprocess.CalledProcessError:
                print(f"{program.name}: {system.name} cannot compile it", flush=True)


def row_of(program, columns, arguments, scratch, directory):
    """What each system took for the program: the least of the runs, or a word."""

    def take(system):
        results = [
            measure(system, program, Path(scratch) / program.name.rstrip("*"), arguments.limit, directory)
            for _ in range(arguments.runs)
        ]
        words = [result for result in results if isinstance(result, str)]
        return words[0] if words else min(results)

    first = take(columns[0])
    if program.full_stdin and not isinstance(first, str) and first < SHORT_SECONDS:
        program.stdin, program.full_stdin = program.full_stdin, None
        program.name += "*"
        first = take(columns[0])
    return [first, *(take(system) for system in columns[1:])]


def cell(taken, ours, width=13):
    if isinstance(taken, str):
        return f"{taken:>{width}}"
    if ours is None or isinstance(ours, str):
        return f"{taken:>{width}.2f}"
    return f"{taken:>7.2f} {ours / max(taken, LEAST_SECONDS):>4.2f}x"


def geometric_mean(ratios):
    return math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))


def print_means(columns, rows, limit_seconds):
    for index, system in enumerate(columns[1:], start=1):
        finished, all_ratios = [], []
        for times in rows:
            ours, theirs = times[0], times[index]
            if isinstance(ours, str) or theirs in ("compile", "wrong"):
                continue
            seconds = limit_seconds if theirs == "time" else max(theirs, LEAST_SECONDS)
            all_ratios.append(ours / seconds)
            if theirs != "time":
                finished.append(ours / seconds)
        if finished:
            print(
                f"geometric mean of {columns[0].name}/{system.name}: {geometric_mean(finished):.3f} over the"
                f" {len(finished)} that {system.name} finishes, {geometric_mean(all_ratios):.3f} over"
                f" {len(all_ratios)} with time-outs as {limit_seconds:.0f} s"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--r7rs", type=Path)
    parser.add_argument("--quarter", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--cozen", type=Path)
    parser.add_argument("--cozen-option", action="append", default=[], help="e.g. --cozen-option=--zeal=100")
    parser.add_argument("--compile-option", action="append", default=[], help="of `cozen compile`")
    parser.add_argument("--only", nargs="*", help="systems; chez-O3 runs only if it is named here")
    parser.add_argument("--keep", type=Path, help="a folder for compiled programs, to be used again")
    parser.add_argument("--prepare-only", action="store_true", help="only compile, into the folder of --keep")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a run")
    parser.add_argument("--runs", type=int, default=1, help="the least of so many is shown")
    arguments = parser.parse_args()
    programs = list(
        set_programs(arguments.r7rs.resolve(), arguments.names, arguments.quarter)
        if arguments.r7rs
        else own_programs(arguments.names)
    )
    directory = arguments.r7rs.resolve() if arguments.r7rs else ROOT
    columns = systems(arguments)
    if arguments.prepare_only:
        prepare_all(programs, columns, arguments.keep or sys.exit("--prepare-only needs --keep"))
        return 0
    print(f"{'program':<16}" + "".join(f"{s.name:>13}" for s in columns), flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        scratch = arguments.keep or temporary
        for program in programs:
            times = row_of(program, columns, arguments, scratch, directory)
            rows.append(times)
            cells = [cell(times[0], None), *(cell(taken, times[0]) for taken in times[1:])]
            print(f"{program.name:<16}" + "".join(cells), flush=True)
    wrong = sum(isinstance(times[0], str) for times in rows)
    print(f"{columns[0].name}: {len(rows) - wrong} of {len(rows)} right (* full input)")
    print_means(columns, rows, arguments.limit)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
