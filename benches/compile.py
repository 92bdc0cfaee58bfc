#!/usr/bin/env python3
"""How long Cozen and Chez take to compile programs, and how much code they make of them.

  benches/compile.py                         1,000 procedures that call each other
  benches/compile.py --r7rs DIR              all programs of ecraven/r7rs-benchmarks, checked out at DIR
  benches/compile.py --r7rs DIR compiler     some of them

Seconds are wall time of the whole process, start included; the least of the runs. Code is what the
processor runs: our section `.text.native`, and Chez's whole object, not compressed (it holds code,
constants and relocations; the code alone cannot be told apart).
"""

import argparse
import re
import subprocess
import tempfile
import time
from pathlib import Path

import compare
import many_procedures


def sections(image):
    """Bytes of each section of an ELF file, by name."""
    text = subprocess.run(["readelf", "-SW", image], capture_output=True, text=True, check=True).stdout
    row = re.compile(r"\]\s+(\S+)\s+\S+\s+[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)")
    return {name: int(size, 16) for name, size in row.findall(text)}


def least_seconds(runs, command, **keywords):
    taken = []
    for _ in range(runs):
        start = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, **keywords)
        taken.append(time.monotonic() - start)
    return min(taken)


class Compilers:
    """Cozen in both tiers, and Chez if it is installed."""

    def __init__(self, arguments):
        self.cozen = (arguments.cozen or compare.ROOT / "target/release/cozen").resolve()
        self.runs = arguments.runs
        everything = argparse.Namespace(
            cozen=self.cozen, cozen_option=[], compile_option=[], check=False, only=["chez"]
        )
        self.chez = next(iter(compare.systems(everything)), None)

    def by_cozen(self, source, option):
        image = source.with_suffix(f".{option.strip(chr(45))}.czo")
        seconds = least_seconds(self.runs, [self.cozen, "compile", option, source, "-o", image])
        return seconds, image

    def by_chez(self, text, stem):
        """Seconds, and bytes of the object."""
        if self.chez is None:
            return None
        seconds = []
        for _ in range(self.runs):
            start = time.monotonic()
            try:
                compiled = self.chez.prepare_anew(text, stem)
            except subprocess.CalledProcessError:
                return None
            seconds.append(time.monotonic() - start)
        return min(seconds), compiled.stat().st_size


def row(compilers, name, text, directory):
    stem = Path(directory) / name
    source = stem.with_suffix(".scm")
    source.write_text(text)
    bytecode_seconds, _ = compilers.by_cozen(source, "--no-native")
    native_seconds, image = compilers.by_cozen(source, "--native")
    found = sections(image)
    code = found.get(".text.native", 0)
    cells = [
        f"{name:<16}{len(text.splitlines()):>7}{bytecode_seconds:>10.3f}{native_seconds:>9.3f}",
        f"{found.get('.text', 0):>10}{code:>9}{image.stat().st_size:>9}",
    ]
    chez = compilers.by_chez(text.replace(compare.OUR_NAME, ""), stem)
    if chez is None:
        print("".join(cells), flush=True)
        return None
    seconds, object_bytes = chez
    ratios = native_seconds / seconds, code / object_bytes
    cells.append(f"{seconds:>9.3f}{object_bytes:>9}{ratios[0]:>9.2f}x{ratios[1]:>7.2f}x")
    print("".join(cells), flush=True)
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--r7rs", type=Path)
    parser.add_argument("--cozen", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    compilers = Compilers(arguments)
    programs = (
        [(p.name, p.text) for p in compare.set_programs(arguments.r7rs.resolve(), arguments.names, False)]
        if arguments.r7rs
        else [(many_procedures.NAME, many_procedures.text())]
    )
    print(
        f"{'program':<16}{'lines':>7}{'bytecode':>10}{'native':>9}{'.text':>10}{'.native':>9}{'image':>9}"
        f"{'chez':>9}{'object':>9}{'seconds':>10}{'code':>8}"
    )
    with tempfile.TemporaryDirectory() as directory:
        ratios = [row(compilers, name, text, directory) for name, text in programs]
    ratios = [each for each in ratios if each]
    if ratios:
        for index, what in enumerate(["seconds", "code bytes"]):
            mean = compare.geometric_mean([each[index] for each in ratios])
            print(f"geometric mean of native {what} to Chez's over {len(ratios)}: {mean:.3f}")


if __name__ == "__main__":
    main()
