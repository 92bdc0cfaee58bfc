#!/usr/bin/env python3
"""What an evaluation of a small form takes, in microseconds, and what dropped forms cost beside a large heap.

    cargo build --release
    benches/eval.py [--rounds N] [--cozen COMMAND]

Each form is evaluated many times by a program in the language itself, by `eval`, and in LuaJIT by `load`. The least
time of several rounds counts; the systems take turns. Guile compiles no form that is evaluated: it interprets. Chez
both interprets (`interpret`) and compiles (`compile`). Under the table, forms are evaluated and dropped beside
so many megabytes of live pairs.
"""

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A name, the form, and the same for Lua. `f` is a procedure that returns its argument.
FORMS = [
    ("constant", "0", "return 0"),
    ("sum", "(+ 1 2)", "return 1+2"),
    ("call", "(f 1)", "return f(1)"),
    ("conditional", "(if (f #f) 1 (car '(1 2)))", "if f(false) then return 1 else return ({1,2})[1] end"),
    ("definition", "(define x (list 1 2 3))", "x = {1,2,3}"),
    ("let", "(let ((a 1)) (+ a (f 2)))", "local a = 1 return a + f(2)"),
    ("procedure", "(lambda (y) y)", "return function(y) return y end"),
]

COZEN = """
(import (scheme base) (scheme write) (scheme eval) (scheme time) (scheme repl))
(define environment-of-forms (interaction-environment))
(define (evaluate form) (eval form environment-of-forms))
(define (now) (/ (current-jiffy) (inexact (jiffies-per-second))))
"""
GUILE = """
(define environment-of-forms (current-module))
(define (evaluate form) (eval form environment-of-forms))
(define (now) (/ (get-internal-real-time) (exact->inexact internal-time-units-per-second)))
"""
CHEZ = """
(define (evaluate form) ({} form))
(define (now) (let ((t (current-time 'time-monotonic))) (+ (time-second t) (/ (time-nanosecond t) 1e9))))
"""
LOOP = """
(evaluate '(define (f x) x))
(define (measure form)
  (evaluate form)
  (let ((start (now)))
    (do ((i 0 (+ i 1))) ((= i {count})) (evaluate form))
    (display (* 1e6 (/ (- (now) start) {count})))
    (newline)))
{measures}
"""
LUA = """
function f(x) return x end
local function measure(text)
  local start = os.clock()
  for i = 1, {count} do load(text)() end
  print(1e6 * (os.clock() - start) / {count})
end
{measures}
"""
DROPPED = """
(define kept (let loop ((i 0) (list '())) (if (= i {pairs}) list (loop (+ i 1) (cons i list)))))
{measures}
(display (if (pair? kept) "" "kept"))
"""


def scheme(prelude, count, forms):
    measures = "\n".join(f"(measure '{form})" for form in forms)
    return prelude + LOOP.format(count=count, measures=measures)


def systems(cozen, folder, count):
    """Commands by name, each with the file that it runs."""
    forms = [form for _, form, _ in FORMS]
    lua = "\n".join(f'measure("{text}")' for _, _, text in FORMS)
    found = {"cozen": ([cozen], scheme(COZEN, count, forms), "scm")}
    if guile := shutil.which("guile"):
        found["guile"] = ([guile, "--no-auto-compile", "-s"], scheme(GUILE, count, forms), "scm")
    if chez := shutil.which("chezscheme"):
        for how in ("interpret", "compile"):
            text = scheme(CHEZ.format(how), count, forms)
            found[f"chez {how}"] = ([chez, "--script"], text, "scm")
    if luajit := shutil.which("luajit"):
        found["luajit"] = ([luajit], LUA.format(count=count, measures=lua), "lua")
    table = {}
    for name, (command, text, suffix) in found.items():
        file = folder / f"{name.replace(' ', '-')}.{suffix}"
        file.write_text(text)
        table[name] = [*command, str(file)]
    return table


def microseconds(command):
    """What a run prints: a number for each form."""
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [float(line) for line in output.split() if re.fullmatch(r"[\d.e+-]+", line)]


def dropped(cozen, folder, megabytes, count, form):
    """Microseconds for each of many forms that are dropped at once, beside so many megabytes of pairs."""
    measures = LOOP.format(count=count, measures=f"(measure '{form})")
    file = folder / "dropped.scm"
    file.write_text(COZEN + DROPPED.format(pairs=megabytes << 16, measures=measures))
    return microseconds([cozen, str(file)])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=2000, help="evaluations of each form in a round")
    parser.add_argument("--dropped", type=int, default=100_000, help="forms that are dropped")
    parser.add_argument("--cozen", default=ROOT / "target/release/cozen", type=Path)
    arguments = parser.parse_args()
    cozen = str(arguments.cozen.resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = systems(cozen, folder, arguments.count)
        rounds = [{name: microseconds(command) for name, command in commands.items()} for _ in range(arguments.rounds)]
        print("microseconds" + "".join(f"{name:>16}" for name in commands))
        for index, (form, _, _) in enumerate(FORMS):
            least = [min(times[name][index] for times in rounds) for name in commands]
            print(f"{form:<12}" + "".join(f"{time:>16.1f}" for time in least))
        print("\ndropped at once, beside live pairs of" + "".join(f"{size:>8} MB" for size in (0, 200)))
        for form in ("(lambda (x) x)", "(car '(1 2))"):
            times = [dropped(cozen, folder, size, arguments.dropped, form) for size in (0, 200)]
            print(f"{form:<37}" + "".join(f"{time:>11.1f}" for time in times))


if __name__ == "__main__":
    main()
