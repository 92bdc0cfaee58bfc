//! Conversions between words and raw numbers take a short path for the usual operands, and call the
//! runtime one step beyond.

use abi::native::Stub;
use abi::tag::{self, Header, Kind, TAG_OBJECT};

use super::execute::{End, Memory, execute};
use super::function;
use super::short_paths::{fixnum, flonum};

/// What becomes of `word`: `operations`, which may name it `v0`, make the result `v9`.
fn run(operations: &str, word: u64, memory: &mut Memory) -> End {
    let text =
        format!("(procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) {operations} (return v9)))");
    execute(&function(&text), &[word], memory)
}

#[track_caller]
fn taken(operations: &str, word: u64, result: u64) {
    let end = run(operations, word, &mut Memory::new());
    assert_eq!(end, End::Returned(result), "{operations} of {word:x}");
}

/// The runtime is called.
#[track_caller]
fn left(operations: &str, word: u64) {
    let end = run(operations, word, &mut Memory::new());
    assert_eq!(end, End::Called(Stub::Runtime), "{operations} of {word:x}");
}

/// An object of `kind` is left to the runtime, whatever it holds.
fn leaves_objects(operations: &str, kind: Kind) {
    let mut memory = Memory::new();
    let object = memory.object(&[Header::new(kind, 8).word(), 1]) | TAG_OBJECT;
    assert_eq!(
        run(operations, object, &mut memory),
        End::Called(Stub::Runtime),
        "{operations} of {kind:?}"
    );
}

/// Both sides of the least and the greatest double with a tag.
const EXTREMES: [f64; 4] = [1e-80, -1e-80, 1e80, -1e80];

#[test]
fn doubles_with_a_tag_are_unboxed_and_boxed_without_a_call() {
    let there_and_back = "(let v1:f64 (unbox-f64 v0)) (let v9 (box-f64 v1))";
    for value in [0.0, -0.0, 1.0, -1.5, 1e70, -1e70, 1e-70, -1e-70] {
        taken(there_and_back, flonum(value), flonum(value));
    }
    leaves_objects(there_and_back, Kind::Flonum);
    left(there_and_back, fixnum(1));
    let squared =
        "(let v1:f64 (unbox-f64 v0)) (let v2:f64 (f64-multiply v1 v1)) (let v9 (box-f64 v2))";
    taken(squared, flonum(1.5), flonum(2.25));
    for beyond in EXTREMES {
        assert_eq!(tag::flonum(beyond), None);
    }
    for root in [1e40, -1e40, 1e-40, 1e70] {
        assert_eq!(tag::flonum(root * root), None, "{root}");
        left(squared, flonum(root));
    }
}

#[test]
fn every_double_with_a_tag_has_its_word_and_every_other_is_left() {
    // The three highest bits of the exponent tell the tag: both sides of all borders.
    let borders = (0..=7_u64).flat_map(|high| [0, 1, 255].map(|low| high << 8 | low));
    for exponent in borders.filter(|&exponent| exponent < 0x7ff) {
        for mantissa in [0, 1, (1 << 52) - 1] {
            for sign in [0, 1 << 63] {
                let double = f64::from_bits(sign | exponent << 52 | mantissa);
                let bits = double.to_bits().cast_signed();
                let boxed = format!("(let v1:f64 (raw {bits})) (let v9 (box-f64 v1))");
                match tag::flonum(double) {
                    Some(word) => taken(&boxed, fixnum(0), word),
                    None => left(&boxed, fixnum(0)),
                }
            }
        }
    }
}

#[test]
fn reals_become_doubles_without_a_call_unless_they_are_objects() {
    let convert = "(let v1:f64 (real->f64 v0)) (let v9 (box-f64 v1))";
    for value in [0, 1, -1, 7, tag::FIXNUM_MIN, tag::FIXNUM_MAX] {
        taken(convert, fixnum(value), flonum(value as f64));
    }
    taken(convert, flonum(-2.5), flonum(-2.5));
    for kind in [Kind::Flonum, Kind::Bignum, Kind::Ratnum] {
        leaves_objects(convert, kind);
    }
}

#[test]
fn integers_are_unboxed_and_boxed_up_to_the_last_fixnum() {
    let signed = "(let v1:i64 (unbox-i64 v0)) (let v9 (box-i64 v1))";
    for value in [0, 1, -1, tag::FIXNUM_MIN, tag::FIXNUM_MAX] {
        taken(signed, fixnum(value), fixnum(value));
    }
    let natural = "(let v1:u64 (unbox-u64 v0)) (let v9 (box-u64 v1))";
    for value in [0, 1, tag::FIXNUM_MAX] {
        taken(natural, fixnum(value), fixnum(value));
    }
    for value in [-1, tag::FIXNUM_MIN] {
        left(natural, fixnum(value));
    }
    for operations in [signed, natural] {
        leaves_objects(operations, Kind::Bignum);
        left(operations, flonum(1.0));
        left(operations, tag::FALSE);
    }
    let add = |repr: &str, number: i64| {
        format!(
            "(let v1:{repr} (unbox-{repr} v0)) (let v2:{repr} (raw {number}))
             (let v3:{repr} (word-add v1 v2)) (let v9 (box-{repr} v3))"
        )
    };
    let (least, most) = (tag::FIXNUM_MIN, tag::FIXNUM_MAX);
    taken(&add("i64", 1), fixnum(most - 1), fixnum(most));
    left(&add("i64", 1), fixnum(most));
    taken(&add("i64", -1), fixnum(least + 1), fixnum(least));
    left(&add("i64", -1), fixnum(least));
    taken(&add("u64", 1), fixnum(most - 1), fixnum(most));
    left(&add("u64", 1), fixnum(most));
    left(&add("u64", -1), fixnum(0));
    left(&add("u64", 1 << 62), fixnum(0));
    left(&add("u64", i64::MIN), fixnum(0));
}

/// Whether `x` is less than a constant, as the fixnum 1 or 2.
fn less_than(constant: i64, x: u64) -> End {
    let text = format!(
        "(procedure \"f\" 1 0 #f 0 (\"x\")
          (block b0 (v0) (let v1 (fixnum {constant})) (branch (compare < v0 v1) (b1) (b2)))
          (block b1 () (let v2 (fixnum 1)) (return v2))
          (block b2 () (let v3 (fixnum 2)) (return v3)))"
    );
    execute(&function(&text), &[x], &mut Memory::new())
}

#[test]
fn constants_are_compared_as_doubles_only_where_they_are_doubles() {
    let last = 1 << 53;
    let double = last as f64;
    assert_eq!(less_than(last, flonum(double)), End::Returned(fixnum(2)));
    assert_eq!(less_than(-last, flonum(-double)), End::Returned(fixnum(2)));
    for beyond in [last + 1, -last - 1, tag::FIXNUM_MAX] {
        let end = less_than(beyond, flonum(double));
        assert!(matches!(end, End::Called(_)), "{beyond}: {end:?}");
        let end = less_than(beyond, fixnum(beyond));
        assert_eq!(end, End::Returned(fixnum(2)));
    }
}

#[test]
fn signs_and_roots_of_doubles_are_those_of_the_machine() {
    for (name, value, result) in [
        ("f64-negate", 0.0, -0.0),
        ("f64-negate", -1.5, 1.5),
        ("f64-abs", -0.0, 0.0),
        ("f64-abs", -2.0, 2.0),
        ("f64-sqrt", 2.25, 1.5),
        ("f64-sqrt", -0.0, -0.0),
    ] {
        let operations =
            format!("(let v1:f64 (unbox-f64 v0)) (let v2:f64 ({name} v1)) (let v9 (box-f64 v2))");
        taken(&operations, flonum(value), flonum(result));
    }
}
