#!/usr/bin/env python3
"""What it costs to start: CPU time, page faults, system calls, instructions, and memory while waiting for input.

    cargo build --release
    benches/start.py [--runs N] [--cozen COMMAND]

The peers are Guile, Chez and LuaJIT, as far as they are installed, and a program in C that is linked statically (gcc).
All commands take turns in each round; the table shows medians. System calls need `strace`, instructions need
`valgrind`. The memory is that of `cozen` at its prompt: private pages that are written to, and the proportional share
(`Pss`) of each of eight processes.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HELLO = '(import (scheme base) (scheme write))\n(display "hello")\n(newline)\n'
HELLO_C = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
PROCESSES = 8


def thousand_lines():
    """A program of as many lines, in 333 procedures."""
    procedure = """(define (f{0} x y)
  (let loop ((i 0) (acc '()))
    (if (> i x) (reverse acc) (loop (+ i 1) (cons (* i y {0}) acc)))))"""
    procedures = (procedure.format(number) for number in range(333))
    return "\n".join(["(import (scheme base) (scheme write))", *procedures, "(display (length (f3 10 20)))"])


def commands(cozen, folder):
    """The commands by name, with what each prints."""
    names = ("hello.scm", "hello.czo", "chez.scm", "hello.c", "hello")
    source, image, chez_source, c_source, c_program = (folder / name for name in names)
    source.write_text(HELLO)
    subprocess.run([cozen, "compile", source, "-o", image], check=True)
    lines, constants, constants_image = (folder / name for name in ("lines.scm", "constants.scm", "constants.czo"))
    lines.write_text(thousand_lines())
    strings = " ".join(f'"{number}"' for number in range(10_000))
    constants.write_text(f"(display (vector-length '#({strings})))")
    subprocess.run([cozen, "compile", constants, "-o", constants_image], check=True)
    built, with_compiler = folder / "built", folder / "with-compiler"
    subprocess.run([cozen, "build", source, "-o", built], check=True)
    subprocess.run([cozen, "build", "--with-compiler", source, "-o", with_compiler], check=True)
    os.environ["XDG_CACHE_HOME"] = str(folder)
    table = {
        "cozen -e 0": ([cozen, "-e", "0"], "0"),
        "cozen --no-cache": ([cozen, "--no-cache", source], "hello"),
        "cozen hello.scm": ([cozen, source], "hello"),
        "1,000 lines, cached": ([cozen, lines], "11"),
        "cozen run hello.czo": ([cozen, "run", image], "hello"),
        "… with --trust": ([cozen, "--trust", "run", image], "hello"),
        "built hello": ([built], "hello"),
        "built, with compiler": ([with_compiler], "hello"),
        "10,000 constants": ([cozen, "run", constants_image], "10000"),
    }
    if luajit := shutil.which("luajit"):
        table["luajit -e"] = ([luajit, "-e", "print('hello')"], "hello")
    if guile := shutil.which("guile"):
        table["guile -c"] = ([guile, "--no-auto-compile", "-c", "(display 0)"], "0")
    if chez := shutil.which("chezscheme"):
        chez_source.write_text('(display "hello")\n')
        table["chezscheme --script"] = ([chez, "--script", chez_source], "hello")
    if gcc := shutil.which("gcc"):
        c_source.write_text(HELLO_C)
        subprocess.run([gcc, "-O2", "-static", c_source, "-o", c_program], check=True)
        table["static C"] = ([c_program], "hello")
    for name, (command, expected) in table.items():
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert found.strip() == expected, f"{name} prints {found!r}"
    return {name: [str(part) for part in command] for name, (command, _) in table.items()}


def run(command):
    """CPU milliseconds and page faults of one run."""
    quiet = [(os.POSIX_SPAWN_OPEN, descriptor, "/dev/null", os.O_RDWR, 0) for descriptor in (0, 1)]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    assert status == 0, f"{command} ends with status {status}"
    return 1000 * (usage.ru_utime + usage.ru_stime), usage.ru_minflt


def system_calls(command):
    """How many system calls a run makes; None without strace."""
    if not shutil.which("strace"):
        return None
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run(["strace", "-f", "-c", "-o", log.name, *command], stdout=subprocess.DEVNULL, check=True)
        total = [line.split() for line in log if line.endswith("total\n")]
    return int(total[0][3]) if total else None


def instructions(command):
    """How many instructions a run executes outside of the kernel; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    # Under valgrind the executable is another one to the cache: the first run fills that.
    for _ in range(2):
        found = subprocess.run([*tool, *command], capture_output=True, text=True, check=False).stderr
    collected = re.search(r"Collected : (\d+)", found)
    return int(collected[1]) if collected else None


def memory(cozen):
    """Kilobytes of each of some processes that wait at the prompt: (private and written to, proportional share)."""
    started = [
        subprocess.Popen([cozen], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(PROCESSES)
    ]
    time.sleep(1)
    rows = []
    for process in started:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        rows.append([int(re.search(rf"^{field}:\s+(\d+)", rollup, re.M)[1]) for field in ("Private_Dirty", "Pss")])
    for process in started:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return [statistics.median(column) for column in zip(*rows)]


def shown(number):
    return "" if number is None else f"{number:,}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--cozen", default=ROOT / "target/release/cozen", type=Path)
    arguments = parser.parse_args()
    cozen = str(arguments.cozen.resolve())
    with tempfile.TemporaryDirectory() as folder:
        table = commands(cozen, Path(folder))
        rounds = [{name: run(command) for name, command in table.items()} for _ in range(arguments.runs)]
        print(f"{'command':<22}{'CPU ms':>8}{'least':>8}{'faults':>8}{'calls':>8}{'instructions':>14}")
        for name, command in table.items():
            times, faults = zip(*(figures[name] for figures in rounds))
            print(
                f"{name:<22}{statistics.median(times):>8.2f}{min(times):>8.2f}{statistics.median(faults):>8.0f}"
                f"{shown(system_calls(command)):>8}{shown(instructions(command)):>14}"
            )
    dirty, share = memory(cozen)
    print(f"\nwaiting at the prompt, each of {PROCESSES} processes:")
    print(f"{dirty:.0f} kB private and written to, Pss {share:.0f} kB")


if __name__ == "__main__":
    main()
