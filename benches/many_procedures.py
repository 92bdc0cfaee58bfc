"""A program of 1,000 procedures that call each other: calls and returns everywhere, loops nowhere.

Branch prediction of returns and the locality of code decide how fast it is.
"""

NAME = "many-procedures"
COUNT = 1000
DEPTH = 40
EXPECTED = "910656610"


def text():
    lines = ["(import (scheme base) (scheme write))"]
    for number in range(COUNT):
        one, other = (number * 7 + 1) % COUNT, (number * 13 + 5) % COUNT
        lines.append(
            f"(define (p{number} n a)\n"
            f"  (if (< n 2)\n      (+ a {number % 10})\n"
            f"      (p{one} (- n 1) (+ 1 (p{other} (- n 2) a)))))"
        )
    lines.append(f"(write (p0 {DEPTH} 0))\n(newline)")
    return "\n".join(lines) + "\n"
