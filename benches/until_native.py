#!/usr/bin/env python3
"""How long a large program with hot loops runs as bytecode before a loop goes on natively.

    cargo build --release
    benches/until_native.py [--lines N] [--runs N] [COZEN...]

The program has so many lines of procedures, which it only makes. Then come two loops: the first at the top level, the
second in one of the procedures. Each notes how long each block of its turns has taken. A loop is native from the first
block on after which most blocks take less than half of the median with `--jit=off`. The columns, in milliseconds:

    start    from the start of the process to the first turn of the first loop
    first    from there until the first loop was native
    second   from the first turn of the second loop, which begins 400 ms later, until it was native
    turn     of a turn, in nanoseconds: as bytecode, and natively

A machine that does other things makes this slow: the thread that makes native code has a lower priority.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COZEN = Path(__file__).parent.parent / "target/release/cozen"
TURNS = 10_000
BLOCKS = 40_000

PROCEDURE = """(define (f{n} a b c)
  (let ((x (+ a {n})) (y (* b 2)))
    (cond ((< x y) (cons x (vector-ref (vector a b c) 1)))
          ((pair? c) (f{before} (car c) x (cdr c)))
          ((string? c) (string-length (string-append c "{n}")))
          (else (list x y (quotient x 3))))))
"""

LOOP = """(let loop ((i 0) (left {turns}) (block 0) (sum {sum}))
  (cond ((> left 0) (loop (+ i 1) (- left 1) block (+ sum (quotient i 3))))
        ((and (< block {blocks}) (< (- (current-jiffy) start) until))
         (vector-set! times block (- (current-jiffy) start))
         (loop i {turns} (+ block 1) sum))
        (else (write (list sum block)) (newline))))
"""

END = """(define times (make-vector {blocks} 0))
(define start (current-jiffy))
(define until (quotient (* 4 (jiffies-per-second)) 10))
{loop}(define first times)
(set! times (make-vector {blocks} 0))
(set! start (current-jiffy))
((list-ref all {last}))
(write (list (jiffies-per-second))) (newline)
(write first) (newline)
(write times) (newline)
"""


def program(lines):
    count = lines // 6
    second = LOOP.format(blocks=BLOCKS, turns=TURNS, sum=1)
    first = LOOP.format(blocks=BLOCKS, turns=TURNS, sum=0)
    text = ["(import (scheme base) (scheme write) (scheme time))\n"]
    text += [PROCEDURE.format(n=n, before=max(0, n - 1)) for n in range(count)]
    text.append(f"(define (second) {second})\n(define all (list {' '.join(f'f{n}' for n in range(count))} second))\n")
    return "".join(text) + END.format(blocks=BLOCKS, loop=first, last=count)


def blocks(cozen, file, jit):
    """For each loop milliseconds at the end of each block, and those before the first turn."""
    before = time.monotonic()
    done = subprocess.run([cozen, "--no-cache", f"--jit={jit}", file], capture_output=True, text=True, check=True)
    wall = 1000 * (time.monotonic() - before)
    *_, second, first_times, second_times = done.stdout.splitlines()
    per_second = int(second.strip("()"))
    loops = []
    for times in first_times, second_times:
        ends = [1000 * int(each) / per_second for each in times.strip("#()").split()]
        loops.append([end for end in ends if end > 0])
    return loops, wall - sum(ends[-1] for ends in loops)


def durations(ends):
    return [end - start for start, end in zip([0.0, *ends], ends)]


def until_native(ends, slow):
    """When the loop was native; None if it never was."""
    is_fast = [each < slow / 2 for each in durations(ends)]
    behind = 0
    found = None
    for index in range(len(is_fast) - 1, -1, -1):
        behind += is_fast[index]
        if is_fast[index] and behind > 0.9 * (len(is_fast) - index):
            found = index
    return None if found is None else ends[found - 1] if found else 0.0


def median(times):
    found = [each for each in times if each is not None]
    return f"{statistics.median(found):7.1f} ({len(found)} of {len(times)} runs)" if found else "  never"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("cozen", nargs="*", default=[str(COZEN)])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.scm"
        file.write_text(program(options.lines))
        for cozen in options.cozen:
            slow = statistics.median(durations(blocks(cozen, file, "off")[0][0]))
            runs = [blocks(cozen, file, "on") for _ in range(options.runs)]
            first, second = ([until_native(loops[which], slow) for loops, _ in runs] for which in (0, 1))
            fast = min(statistics.median(durations(loops[1])) for loops, _ in runs)
            start = statistics.median(start for _, start in runs)
            sys.stdout.write(
                f"start {start:7.1f}  first {median(first)}  second {median(second)}  "
                f"turn {1e6 * slow / TURNS:.1f}, {1e6 * fast / TURNS:.1f}  {cozen}\n"
            )


if __name__ == "__main__":
    main()
