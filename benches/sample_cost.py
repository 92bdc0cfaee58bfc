#!/usr/bin/env python3
"""What the samples cost by which a program's hot procedures are found (`vm::samples`).

    cargo build --release
    benches/sample_cost.py [--cozen COMMAND] [PROGRAM...]

The programs are those of `benches/programs`, or those that are named. Each gets procedures in front that nobody
calls: native code of small programs is made before they start, and nobody samples them. The columns:

    instructions   of one sample, in the thread of the program: from callgrind
    samples        of a whole run, as `gdb` counts them; it stops the program at each, which makes some more
    ms             of a whole run, as CPU time
    share          of the samples in that run, if a nanosecond has three instructions

It needs `valgrind` and `gdb`.
"""

import argparse
import re
import resource
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PADDING = "".join(
    f"(define (unused-{number} a b c) (let loop ((i a) (l '())) (cond ((< i b) (loop (+ i c) (cons i l)))"
    f" ((pair? c) (vector (car c) l {number})) (else (list a b c (quotient i 3))))))\n"
    for number in range(200)
) + f"(if (not (eof-object? (read-char))) (for-each display (list {' '.join(f'unused-{n}' for n in range(200))})))\n"
# One sample is a call of the first function, and one of the second.
TAKES = "sample_at_poll"
KEEPS = "LastSample3set"
INSTRUCTIONS_A_NANOSECOND = 3


def padded(program, folder):
    """The program with procedures that nobody calls, behind its imports."""
    text = program.read_text()
    depth = start = end = 0
    # Imports come first; each is a list in parentheses.
    for index, character in enumerate(text):
        if character == "(":
            start = index if depth == 0 else start
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                if not text.startswith("(import", start):
                    break
                end = index + 1
    file = folder / program.name
    file.write_text(f"{text[:end]}\n{PADDING}{text[end:]}")
    return file


def instructions_of_sample(cozen, file, folder):
    """Instructions of a sample, callees included; None if none was taken."""
    profile = folder / "profile"
    tool = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={profile}"]
    subprocess.run(
        [*tool, cozen, "--no-cache", file], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    names, totals, calls, callee = {}, {TAKES: 0, KEEPS: 0}, 0, ""
    lines = iter(profile.read_text().splitlines())
    for line in lines:
        if found := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?", line):
            kind, number, name = found.groups()
            names.setdefault(number, name)
            callee = names[number] if kind == "cfn" else callee
        elif line.startswith("calls="):
            cost = int(next(lines).split()[-1])
            for part in totals:
                totals[part] += cost * (part in callee)
            calls += int(line[6:].split()[0]) * (TAKES in callee)
    return sum(totals.values()) / calls if calls else None


def samples_of_run(cozen, file):
    """How many samples a run takes."""
    listing = subprocess.run(["nm", cozen], capture_output=True, text=True, check=True).stdout
    address = next(line.split()[0] for line in listing.splitlines() if TAKES in line)
    run = f"run --no-cache {file} >/dev/null </dev/null"
    commands = [f"break *0x{address}", "ignore 1 100000000", run, "info breakpoints"]
    debugger = ["gdb", "-q", "-batch", *(part for command in commands for part in ("-ex", command)), cozen]
    shown = subprocess.run(debugger, capture_output=True, text=True, check=True).stdout
    hits = re.search(r"already hit (\d+) time", shown)
    return int(hits[1]) if hits else 0


def milliseconds(cozen, file):
    """CPU time of a run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([cozen, "--no-cache", file], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cozen", default=ROOT / "target/release/cozen", type=Path)
    parser.add_argument("programs", nargs="*", type=Path)
    options = parser.parse_args()
    cozen = options.cozen.resolve()
    programs = options.programs or sorted((ROOT / "benches/programs").glob("*.scm"))
    print(f"{'program':<20}{'instructions':>14}{'samples':>9}{'ms':>8}{'share':>9}")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for program in programs:
            file = padded(program, folder)
            each = instructions_of_sample(cozen, file, folder)
            count, time = samples_of_run(cozen, file), milliseconds(cozen, file)
            share = (each or 0) * count / INSTRUCTIONS_A_NANOSECOND / 1e6 / time
            shown = f"{each:,.0f}" if each else "none"
            print(f"{program.stem:<20}{shown:>14}{count:>9}{time:>8.0f}{share:>9.3%}", flush=True)


if __name__ == "__main__":
    main()
