//! Ranges and words, compared with integers: transfer functions, refinement, widening.
//!
//! A new transfer function gets a row in `BINARY`, with its meaning for integers. A new raw
//! operation gets a row in `WORDS`. Integers beyond 128 bits are saturated: they are members of a
//! range if its bound there is infinite.

use abi::primitive::Primitive;

use super::infer::{refine_by_comparison, widen};
use super::lattice::Type;
use super::range::Range;
use super::signatures::Growing;
use super::transfer::of_binary;
use super::words;
use crate::id::Id;
use crate::ssa::ir::{Comparison, Operation, RawBinary, RawUnary, Repr, Truth, ValueId};

/// What an operation makes of two integers; `None` if it raises or makes none.
pub(super) type Exact = fn(i128, i128) -> Option<i128>;

pub(super) const BINARY: &[(Primitive, Exact)] = &[
    (Primitive::Add, |a, b| Some(a.saturating_add(b))),
    (Primitive::Subtract, |a, b| Some(a.saturating_sub(b))),
    (Primitive::Multiply, |a, b| Some(a.saturating_mul(b))),
    (Primitive::Divide, |a, b| {
        (b != 0 && a.wrapping_rem(b) == 0).then(|| a.saturating_div(b))
    }),
    (Primitive::Quotient, |a, b| {
        (b != 0).then(|| a.saturating_div(b))
    }),
    (Primitive::Remainder, |a, b| {
        (b != 0).then(|| a.wrapping_rem(b))
    }),
    (Primitive::Modulo, |a, b| {
        let rest = (b != 0).then(|| a.wrapping_rem(b))?;
        Some(if rest != 0 && (rest < 0) != (b < 0) {
            rest + b
        } else {
            rest
        })
    }),
    (Primitive::BitwiseAnd, |a, b| Some(a & b)),
    (Primitive::BitwiseIor, |a, b| Some(a | b)),
    (Primitive::BitwiseXor, |a, b| Some(a ^ b)),
    (Primitive::ArithmeticShift, |a, by| Some(shift(a, by))),
    (Primitive::Max2, |a, b| Some(a.max(b))),
    (Primitive::Min2, |a, b| Some(a.min(b))),
];

fn shift(a: i128, by: i128) -> i128 {
    if by <= 0 {
        return a >> (-by.max(-127)) as u32;
    }
    let by = u32::try_from(by).ok().filter(|&by| by < 127);
    let shifted = by.and_then(|by| a.checked_mul(1 << by));
    let end = if a < 0 { i128::MIN } else { i128::MAX };
    shifted.unwrap_or(if a == 0 { 0 } else { end })
}

const RELATIONS: [Comparison; 5] = [
    Comparison::Equal,
    Comparison::Less,
    Comparison::LessEqual,
    Comparison::Greater,
    Comparison::GreaterEqual,
];

fn holds(relation: Comparison, a: i128, b: i128) -> bool {
    match relation {
        Comparison::Equal => a == b,
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Greater => a > b,
        Comparison::GreaterEqual => a >= b,
    }
}

pub(super) fn contains(range: Range, integer: i128) -> bool {
    range.low <= integer && integer <= range.high
}

/// Ends of ranges around the bounds of fixnums, words, doubles' integers and the limit.
fn borders() -> Vec<i128> {
    let mut ends = vec![i128::MIN, -2, 2, 0xff, i128::MAX];
    for bits in [0, 53, 60, 63, 64, 120] {
        let power = 1_i128 << bits;
        ends.extend([power - 1, power, -power]);
    }
    ends.extend([(1 << 120) + 1, -(1 << 120) - 1, 1 << 126]);
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// What lies between two ends: the range, and some members with the ends among them, but no infinite ones.
#[derive(Clone)]
struct Interval {
    range: Range,
    members: Vec<i128>,
    places: (usize, usize),
}

fn intervals(ends: &[i128]) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for (low_place, &low) in ends.iter().enumerate() {
        for (high_place, &high) in ends.iter().enumerate().skip(low_place) {
            let mut members = vec![low, high, -1, 0, 1, 3, -5, (low >> 1) + (high >> 1)];
            members.retain(|&x| low <= x && x <= high && x != i128::MIN && x != i128::MAX);
            members.sort_unstable();
            members.dedup();
            intervals.push(Interval {
                range: Range::new(low, high),
                members,
                places: (low_place, high_place),
            });
        }
    }
    intervals
}

/// Of each interval, the places in the list of those that reach one end further.
fn wider(intervals: &[Interval]) -> Vec<Vec<usize>> {
    let at = |places: (usize, usize)| intervals.iter().position(|each| each.places == places);
    let widened = intervals.iter().map(|each| {
        let (low, high) = each.places;
        let lower = low.checked_sub(1).and_then(|low| at((low, high)));
        lower.into_iter().chain(at((low, high + 1))).collect()
    });
    widened.collect()
}

/// Pairs of intervals: all with a single number on a side, and of the others one in eight.
fn some_pairs(intervals: &[Interval]) -> impl Iterator<Item = (&Interval, &Interval)> {
    let is_single = |each: &Interval| each.places.0 == each.places.1;
    intervals.iter().enumerate().flat_map(move |(first, a)| {
        let others = intervals.iter().enumerate();
        others
            .filter(move |(second, b)| {
                // The row's length is odd: all columns come up.
                is_single(a) || is_single(b) || (first * intervals.len() + second).is_multiple_of(8)
            })
            .map(move |(_, b)| (a, b))
    })
}

fn small_ends() -> Vec<i128> {
    std::iter::once(i128::MIN)
        .chain(-4..=4)
        .chain([i128::MAX])
        .collect()
}

fn integer_result(primitive: Primitive, a: Range, b: Range) -> Option<Range> {
    of_binary(primitive, Type::integer(a), Type::integer(b)).integer
}

#[test]
fn ranges_hold_what_they_are_made_of_and_one_number_only_if_they_say_so() {
    for each in intervals(&borders()) {
        for &member in &each.members {
            assert!(contains(each.range, member), "{member} {:?}", each.range);
        }
        if let Some(single) = each.range.single() {
            assert_eq!(each.members, [single], "{:?}", each.range);
            assert!(each.range.is_finite());
        }
    }
    assert_eq!(Range::new(i128::MAX, i128::MAX).single(), None);
    assert_eq!(Range::new(i128::MIN, i128::MIN).single(), None);
    assert_eq!(Range::only(1 << 121).single(), None);
}

#[test]
fn results_are_members_of_their_ranges() {
    for ends in [small_ends(), borders()] {
        let intervals = intervals(&ends);
        for &(primitive, exact) in BINARY {
            for a in &intervals {
                for b in &intervals {
                    let found = integer_result(primitive, a.range, b.range);
                    let pairs = a
                        .members
                        .iter()
                        .flat_map(|&x| b.members.iter().map(move |&y| (x, y)));
                    for (x, y) in pairs {
                        let Some(result) = exact(x, y) else { continue };
                        let is_member = found.is_some_and(|found| contains(found, result));
                        assert!(
                            is_member,
                            "{primitive:?} {x} {y} = {result}, not in {found:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn results_grow_with_their_operands() {
    for ends in [small_ends(), borders()] {
        let intervals = intervals(&ends);
        let wider = wider(&intervals);
        let of = |primitive, a: usize, b: usize| {
            let (a, b) = (intervals[a].range, intervals[b].range);
            of_binary(primitive, Type::integer(a), Type::integer(b))
        };
        let count = intervals.len();
        for &(primitive, _) in BINARY {
            let all = (0..count * count).map(|pair| of(primitive, pair / count, pair % count));
            let results: Vec<Type> = all.collect();
            for a in 0..count {
                for b in 0..count {
                    let wider_a = wider[a].iter().map(|&wide| (wide, b));
                    for (wide_a, wide_b) in wider_a.chain(wider[b].iter().map(|&wide| (a, wide))) {
                        assert!(
                            results[a * count + b].is_within(results[wide_a * count + wide_b]),
                            "{primitive:?} {:?} {:?}; {:?} {:?}",
                            intervals[a].range,
                            intervals[b].range,
                            intervals[wide_a].range,
                            intervals[wide_b].range
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn bounds_of_results_stay_within_the_limit() {
    let limit = 1_i128 << 120;
    let is_limited = |range: Range| {
        (range.low == i128::MIN || range.low.abs() <= limit)
            && (range.high == i128::MAX || range.high.abs() <= limit)
    };
    let intervals = intervals(&borders());
    for a in &intervals {
        assert!(is_limited(a.range.negate()));
    }
    for (a, b) in some_pairs(&intervals) {
        for &(primitive, _) in BINARY {
            let found = integer_result(primitive, a.range, b.range);
            assert!(
                found.is_none_or(is_limited),
                "{primitive:?} {:?} {:?}",
                a.range,
                b.range
            );
        }
        for relation in RELATIONS {
            for truth in [Truth::Holds, Truth::Fails] {
                let (a, b) = (Type::integer(a.range), Type::integer(b.range));
                let found = refine_by_comparison(a, relation, b, truth).integer;
                assert!(found.is_none_or(is_limited), "{relation:?} {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn comparisons_leave_what_they_hold_for() {
    for ends in [small_ends(), borders()] {
        let intervals = intervals(&ends);
        for a in &intervals {
            for b in &intervals {
                for relation in RELATIONS {
                    for truth in [Truth::Holds, Truth::Fails] {
                        let left = refine_by_comparison(
                            Type::integer(a.range).join(Type::FLONUM),
                            relation,
                            Type::integer(b.range),
                            truth,
                        );
                        assert!(left.flonum, "not-a-number fails every comparison");
                        let pairs = a
                            .members
                            .iter()
                            .flat_map(|&x| b.members.iter().map(move |&y| (x, y)));
                        for (x, y) in
                            pairs.filter(|&(x, y)| Truth::of(holds(relation, x, y)) == truth)
                        {
                            let is_member = left.integer.is_some_and(|range| contains(range, x));
                            assert!(is_member, "{x} {relation:?} {y} {truth:?}: {left:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn negatives_meets_and_joins_of_ranges_are_exact() {
    let intervals = intervals(&borders());
    for a in &intervals {
        assert!(a.members.iter().all(|&x| contains(a.range.negate(), -x)));
        for b in &intervals {
            let joined = a.range.join(b.range);
            assert!(a.range.is_within(joined) && b.range.is_within(joined));
            let met = a.range.meet(b.range);
            for &x in a.members.iter().filter(|&&x| contains(b.range, x)) {
                assert!(met.is_some_and(|met| contains(met, x)));
            }
            assert!(met.is_none_or(|met| met.is_within(a.range) && met.is_within(b.range)));
        }
    }
}

#[test]
fn growing_ranges_cover_what_they_get_and_stop() {
    let intervals = intervals(&borders());
    let bounds = [-1, 0, 1, 0xff, Range::FIXNUM.high, Range::U64.high];
    for (old, given) in some_pairs(&intervals) {
        let new = old.range.join(given.range);
        for growths in 0..=40 {
            assert!(new.is_within(widen(&bounds, old.range, new, growths)));
        }
    }
    for step in [1, -1, 1 << 60, -(1 << 60)] {
        let mut growing = Growing {
            of: Type::NONE,
            growths: 0,
        };
        let mut next = Range::only(0);
        let mut steps = 0;
        while growing.grow(Type::integer(next)) {
            let known = growing.of.integer.expect("an integer");
            assert!(next.is_within(known));
            next = known.plus(Range::only(step));
            steps += 1;
            assert!(steps < 40, "{step}");
        }
    }
}

/// What a raw operation makes of two words.
type OnWords = fn(u64, u64) -> u64;

const WORDS: &[(RawBinary, OnWords)] = &[
    (RawBinary::WordAdd, u64::wrapping_add),
    (RawBinary::WordSubtract, u64::wrapping_sub),
    (RawBinary::WordMultiply, u64::wrapping_mul),
    (RawBinary::WordAnd, |a, b| a & b),
    (RawBinary::WordOr, |a, b| a | b),
    (RawBinary::WordXor, |a, b| a ^ b),
    (RawBinary::WordShiftLeft, |a, b| a << (b & 63)),
    (RawBinary::WordShiftRight, |a, b| a >> (b & 63)),
    (RawBinary::WordShiftRightSigned, |a, b| {
        (a.cast_signed() >> (b & 63)).cast_unsigned()
    }),
];

/// Whether a range has a member that is `word` modulo 2^64.
fn stands_for(range: Range, word: u64) -> bool {
    if !range.is_finite() {
        return true;
    }
    let above = word.wrapping_sub(range.low as u64);
    contains(range, range.low + i128::from(above))
}

#[test]
fn words_stand_for_members_modulo_two_to_the_64th() {
    let intervals = intervals(&borders());
    let word = |operation: &Operation, a: Range, b: Range| {
        let types = [Type::integer(a), Type::integer(b)];
        let found = words::of_operation(operation, Repr::U64, |value| types[value.index()]);
        found.as_integer().expect("words are integers")
    };
    for (a, b) in some_pairs(&intervals) {
        for &(binary, exact) in WORDS {
            let operation = Operation::Raw2(binary, ValueId::new(0), ValueId::new(1));
            let found = word(&operation, a.range, b.range);
            let pairs = a
                .members
                .iter()
                .flat_map(|&x| b.members.iter().map(move |&y| (x, y)));
            for (x, y) in pairs {
                let result = exact(x as u64, y as u64);
                assert!(
                    stands_for(found, result),
                    "{binary:?} {x} {y} = {result}, not {found:?}"
                );
            }
        }
    }
    for a in &intervals {
        for &x in &a.members {
            let of = |unary| word(&Operation::Raw1(unary, ValueId::new(0)), a.range, a.range);
            assert!(contains(of(RawUnary::BoxU64), i128::from(x as u64)));
            assert!(contains(of(RawUnary::BoxI64), i128::from(x as i64)));
            if contains(Range::U64, x) {
                assert!(stands_for(of(RawUnary::UnboxU64), x as u64));
            }
            if contains(Range::I64, x) {
                assert!(stands_for(of(RawUnary::UnboxI64), x as u64));
            }
        }
    }
}
