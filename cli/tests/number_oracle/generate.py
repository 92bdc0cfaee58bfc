"""Prints a Scheme program that computes with random numbers and compares with what Python found.

usage: generate.py SEED

Sizes go from one digit to thousands, with many of the shapes that carries and estimates trip over.
"""

import math
import random
import sys
from fractions import Fraction

random.seed(int(sys.argv[1]))
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)

print(
    """(import (scheme base) (scheme inexact) (scheme write) (scheme process-context)
        (only (cozen) arithmetic-shift bitwise-and bitwise-ior bitwise-not bitwise-xor
              bit-count integer-length))
(define checks 0)
(define failures 0)
(define (check expected found expression)
  (set! checks (+ checks 1))
  (if (not (equal? expected found))
      (begin
        (set! failures (+ failures 1))
        (write (list expression 'expected expected 'found found))
        (newline))))
(define-syntax test
  (syntax-rules ()
    ((_ expected expression) (check expected expression 'expression))))
(define-syntax test-values
  (syntax-rules ()
    ((_ expected expression)
     (check expected (call-with-values (lambda () expression) list) 'expression))))"""
)


def natural(limbs_max=None):
    """A natural number of a random size and shape."""
    limbs = random.choice([1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 40, 150, 800])
    limbs = min(limbs, limbs_max or limbs)
    bits = max(1, limbs * 64 - random.randrange(64))
    shape = random.randrange(6)
    if shape == 0:
        return (1 << bits) - random.randrange(3)
    if shape == 1:
        return (1 << bits) + random.randrange(3)
    if shape == 2:
        return sum(random.choice([0, 1, 2**63, 2**64 - 1]) << 64 * i for i in range(limbs))
    return random.getrandbits(bits)


def integer(limbs_max=None):
    return random.choice([1, -1]) * natural(limbs_max)


def truncated(a, b):
    quotient = abs(a) // abs(b)
    quotient = quotient if (a < 0) == (b < 0) else -quotient
    return quotient, a - quotient * b


def integers():
    a, b = integer(), integer()
    print(f"(test {a + b} (+ {a} {b}))")
    print(f"(test {a - b} (- {a} {b}))")
    print(f"(test {a * b} (* {a} {b}))")
    print(f"(test {math.gcd(a, b)} (gcd {a} {b}))")
    print(f"(test {'#t' if a < b else '#f'} (< {a} {b}))")
    print(f"(test #t (= {a} (+ {a - b} {b})))")
    print(f"(test '({a & b} {a | b} {a ^ b} {~a})"
          f" (list (bitwise-and {a} {b}) (bitwise-ior {a} {b}) (bitwise-xor {a} {b}) (bitwise-not {a})))")
    if b:
        print(f"(test-values '({a // b} {a % b}) (floor/ {a} {b}))")
        quotient, remainder = truncated(a, b)
        print(f"(test-values '({quotient} {remainder}) (truncate/ {a} {b}))")
        print(f"(test {a} (quotient {a * b} {b}))")
    amount = random.randrange(-700, 700)
    print(f"(test {a << amount if amount >= 0 else a >> -amount} (arithmetic-shift {a} {amount}))")
    c = natural()
    root = math.isqrt(c)
    print(f"(test-values '({root} {c - root * root}) (exact-integer-sqrt {c}))")
    print(f"(test {c.bit_length()} (integer-length {c}))")
    print(f"(test {bin(c).count('1')} (bit-count {c}))")
    small, exponent = integer(3), random.randrange(60)
    print(f"(test {small ** exponent} (expt {small} {exponent}))")


def texts():
    a, radix = integer(), random.choice([2, 8, 10, 16])
    digits = {2: "b", 8: "o", 10: "d", 16: "x"}[radix]
    text = format(a, digits)
    print(f'(test "{text}" (number->string {a} {radix}))')
    print(f'(test {a} (string->number "{text}" {radix}))')


def ratio(limbs_max=None):
    return Fraction(integer(limbs_max), natural(limbs_max) or 1)


def fractions():
    a, b = ratio(random.choice([1, 1, 2, 20])), ratio(random.choice([1, 1, 2, 20]))
    print(f"(test {a + b} (+ {a} {b}))")
    print(f"(test {a - b} (- {a} {b}))")
    print(f"(test {a * b} (* {a} {b}))")
    if b:
        print(f"(test {a / b} (/ {a} {b}))")
    print(f"(test {'#t' if a < b else '#f'} (< {a} {b}))")
    print(f"(test '({math.floor(a)} {math.ceil(a)} {math.trunc(a)} {round(a)})"
          f" (list (floor {a}) (ceiling {a}) (truncate {a}) (round {a})))")


def nearest(value):
    try:
        return Fraction(value.numerator / value.denominator)
    except OverflowError:
        return None


def doubles():
    """Python divides integers with one rounding, and reads decimals with one."""
    a = ratio(random.choice([1, 2, 14]))
    if nearest(a) is not None:
        print(f"(test {nearest(a)} (exact (inexact {a})))")
    bits = random.getrandbits(53) | 1
    halfway = Fraction(2 * bits + 1, 2) * Fraction(2) ** random.randrange(-1100, 900)
    for value in (halfway, halfway + Fraction(1, 1 << 2000), halfway - Fraction(1, 1 << 2000)):
        if nearest(value) is not None:
            print(f"(test {nearest(value)} (exact (inexact {value})))")
    text = f"{random.getrandbits(random.randrange(1, 200))}.{random.getrandbits(70)}e{random.randrange(-340, 290)}"
    if not math.isinf(float(text)):
        print(f"(test {Fraction(float(text))} (exact {text}))")
        print(f'(test #t (= {text} (string->number (number->string {text}))))')
    square = natural(14)
    print(f"(test {'#t' if math.isqrt(square) ** 2 == square else '#f'} (exact? (sqrt {square})))")


for _ in range(150):
    integers()
    texts()
    fractions()
    doubles()

print(
    """(write-string (if (= failures 0) "passed " "failed "))
(write checks)
(newline)
(exit (= failures 0))"""
)
