#!/usr/bin/env python3
"""What a person waits for who runs a program from its source: the first run, and the second.

    cargo build --release
    benches/first_run.py                         the programs of benches/programs
    benches/first_run.py --r7rs DIR [NAME...]    the set of ecraven/r7rs-benchmarks, checked out at DIR

The columns, in seconds of wall time, everything counted (start, compilation, native code that is made meanwhile):

    first    `cozen FILE` with an empty cache
    second   the same again, as often as there are runs
    image    `cozen run IMAGE`, compiled before with native code
    chez     `chezscheme --script` on the same source, if Chez is installed

All take turns, and the least of the runs counts. The last lines have geometric means: first to Chez, and second to the
image. `--cpu` shows seconds of user and system time, of all threads, instead.
"""

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import compare


def taken(command, program, folder, environment):
    """(wall, CPU) seconds of a run, or None if it is not right."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    try:
        done = subprocess.run(
            command, input=program.stdin, capture_output=True, timeout=120, cwd=folder, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or not program.is_right(done.stdout.decode(errors="replace")):
        sys.stderr.write(f"{program.name}: {command}: {done.stderr.decode(errors='replace')[-600:]}\n")
        return None
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def least(times, which):
    times = [each[which] for each in times if each is not None]
    return min(times) if times else None


def mean(ratios):
    ratios = [ratio for ratio in ratios if ratio is not None]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def ratio(a, b):
    return a / b if a is not None and b is not None else None


def shown(number):
    return f"{number:>9.3f}" if number is not None else f"{'-':>9}"


def row(program, arguments, cozen, chez, scratch, folder):
    """Seconds of each column."""
    stem = Path(scratch) / program.name
    source, image, caches = stem.with_suffix(".scm"), stem.with_suffix(".czo"), stem.with_suffix(".caches")
    source.write_text(program.text)
    subprocess.run([cozen, "compile", source, "-o", image], check=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(caches)}
    script = chez(program.text.replace(compare.OUR_NAME, ""), stem) if chez else None
    columns = {"first": [], "second": [], "image": [], "chez": []}
    for _ in range(arguments.runs):
        subprocess.run([cozen, "cache", "clear"], check=True, env=environment, stdout=subprocess.DEVNULL)
        for name, command in [
            ("first", [cozen, *arguments.option, source]),
            ("second", [cozen, *arguments.option, source]),
            ("image", [cozen, "--trust", "run", image]),
            ("chez", ["chezscheme", "--script", script]),
        ]:
            if name != "chez" or script:
                columns[name].append(taken(command, program, folder, environment))
    return {name: least(times, 1 if arguments.cpu else 0) for name, times in columns.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--r7rs", type=Path)
    parser.add_argument("--quarter", action="store_true", help="a quarter of the iterations, where there are any")
    parser.add_argument("--cozen", type=Path, default=compare.ROOT / "target/release/cozen")
    parser.add_argument("--option", action="append", default=[], help="for cozen, such as --jit=off")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    cozen = arguments.cozen.resolve()
    everything = argparse.Namespace(cozen=cozen, cozen_option=[], compile_option=[], check=False, only=["chez"])
    found = [system for system in compare.systems(everything) if system.name == "chez"]
    chez = found[0].source if found else None
    if arguments.r7rs:
        folder = arguments.r7rs.resolve()
        programs = compare.set_programs(folder, arguments.names, arguments.quarter)
    else:
        folder, programs = compare.ROOT, compare.own_programs(arguments.names)
    ratios = {"first": [], "second": []}
    print(f"{'program':<18}{'first':>9}{'second':>9}{'image':>9}{'chez':>9}  first/chez second/image", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for program in programs:
            seconds = row(program, arguments, cozen, chez, scratch, folder)
            first = ratio(seconds["first"], seconds["chez"])
            second = ratio(seconds["second"], seconds["image"])
            ratios["first"].append(first)
            ratios["second"].append(second)
            print(
                f"{program.name:<18}{''.join(map(shown, seconds.values()))}{shown(first):>12}{shown(second):>13}",
                flush=True,
            )
    print(f"{'mean':<54}{shown(mean(ratios['first'])):>12}{shown(mean(ratios['second'])):>13}")


if __name__ == "__main__":
    main()
