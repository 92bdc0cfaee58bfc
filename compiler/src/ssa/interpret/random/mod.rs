//! Random units that aim at the beliefs of passes.
//!
//! A unit has an entry; some procedures that the entry and the procedures themselves call; a
//! procedure that captures its continuation; and a procedure for a closure with free variables. The
//! entry ends by going back into the last continuation, twice. Values have the kinds that
//! operations want. Now and then an operation gets a value of another kind.
//! Some procedures have optional or rest parameters, and some end by applying another procedure
//! to a list.

mod body;
mod calls;
mod loops;
mod operations;

use std::fmt::Write as _;

use abi::tag;

use body::Body;

/// A source of choices.
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn new(seed: u64) -> Self {
        let mut choices = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        choices.below(2);
        choices.below(2);
        choices
    }

    /// A number below `limit` (xorshift, Marsaglia 2003).
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What a value probably is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Flonum,
    Vector,
    Bytevector,
    String,
    Pair,
    Box,
    Character,
    Symbol,
    Any,
}

impl Kind {
    pub(super) const ALL: [Self; 10] = [
        Self::Integer,
        Self::Flonum,
        Self::Vector,
        Self::Bytevector,
        Self::String,
        Self::Pair,
        Self::Box,
        Self::Character,
        Self::Symbol,
        Self::Any,
    ];
}

/// Global variables, by number.
pub(super) const TRACE: u32 = 0;
pub(super) const CONTINUATION: u32 = 1;
pub(super) const COUNT: u32 = 2;
pub(super) const APPLY: u32 = 3;
pub(super) const IDENTITY: u32 = 4;
pub(super) const RECORD_TYPE: u32 = 5;

/// Literals that are flonums, by number, up to [`FIRST_BIG`].
const FLONUMS: [f64; 7] = [1.5, -0.0, 0.0, -3.0, f64::INFINITY, 4.5e15, 0.1];
const FIRST_BIG: u32 = FLONUMS.len() as u32;
/// Literals that are integers beyond fixnums: first those of one limb.
const BIG: [&str; 8] = [
    "1152921504606846976",
    "-1152921504606846977",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1329227995784915872903807060280344576",
    "170141183460469231731687303715884105727",
];
const FIRST_TEXT: u32 = FIRST_BIG + BIG.len() as u32;
const TEXTS: [&str; 2] = ["\"abc\"", "\"\""];
const FIRST_SYMBOL: u32 = FIRST_TEXT + TEXTS.len() as u32;
const SYMBOLS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "k", "l", "m", "n"];

/// Fixnums at which something changes.
const FIXNUMS: [i64; 17] = [
    0,
    1,
    -1,
    2,
    3,
    5,
    7,
    255,
    256,
    -128,
    32767,
    -32769,
    1 << 31,
    1 << 40,
    -(1 << 59),
    tag::FIXNUM_MAX,
    tag::FIXNUM_MIN,
];

/// The operation that makes a constant of a kind.
pub(super) fn constant(choices: &mut Choices, kind: Kind) -> Option<String> {
    let literal = |first: u32, count: usize, choices: &mut Choices| {
        format!("(literal {})", first + choices.below(count) as u32)
    };
    Some(match kind {
        Kind::Integer if choices.one_in(6) => literal(FIRST_BIG, BIG.len(), choices),
        Kind::Integer if choices.one_in(2) => format!("(fixnum {})", choices.below(6)),
        Kind::Integer => format!("(fixnum {})", choices.pick(&FIXNUMS)),
        Kind::Flonum => literal(0, FLONUMS.len(), choices),
        Kind::String if choices.one_in(3) => literal(FIRST_TEXT, TEXTS.len(), choices),
        Kind::Symbol => literal(FIRST_SYMBOL, SYMBOLS.len(), choices),
        Kind::Character => {
            let character = choices.pick(&['a', 'b', '\0', '\u{ff}', '\u{100}', '\u{10ffff}']);
            format!("(word {})", tag::character(character).cast_signed())
        }
        Kind::Any => {
            let word = choices.pick(&[tag::FALSE, tag::TRUE, tag::NULL, tag::UNSPECIFIED]);
            format!("(word {})", word.cast_signed())
        }
        _ => return None,
    })
}

/// How many of them have one limb.
const WORD_COUNT: usize = 5;

/// The literal 2^64 - 1.
pub(super) const WORD_MAX: u32 = FIRST_BIG + 4;

/// The literal of a symbol, by its number modulo their count.
pub(super) fn symbol(number: usize) -> u32 {
    FIRST_SYMBOL + (number % SYMBOLS.len()) as u32
}

fn tables() -> String {
    let mut text = String::from(
        "(cells \"cell\" \"other\")\n(globals \"trace\" \"continuation\" \"count\" \
         (immutable \"apply\") (immutable \"identity\") (immutable \"record-type\"))\n(literals",
    );
    for flonum in FLONUMS {
        match tag::flonum(flonum) {
            Some(word) => write!(text, " (word {})", word.cast_signed()),
            None if flonum.is_infinite() => write!(text, " (datum +inf.0)"),
            None => write!(text, " (datum {flonum:?})"),
        }
        .expect("strings grow");
    }
    for datum in BIG.iter().chain(&TEXTS).chain(&SYMBOLS) {
        write!(text, " (datum {datum})").expect("strings grow");
    }
    text + ")\n"
}

/// A procedure that bodies may call.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) number: u32,
    /// Kinds of its required parameters. The first is a count that goes down at recursive calls.
    pub(super) parameters: Vec<Kind>,
    /// Whether it has an optional parameter behind them.
    pub(super) optional: bool,
    /// Whether it has a rest parameter behind those.
    pub(super) rest: bool,
    pub(super) result: Kind,
    /// Kinds of its free variables.
    pub(super) free: Vec<Kind>,
}

/// Keeps what it is given in a continuation.
pub(super) const CAPTURING: u32 = 1;
/// Returns two values.
pub(super) const VALUES: u32 = 2;

/// Changes the car of a pair.
pub(super) const CHANGING: u32 = 3;
/// How many procedures come before the random ones.
const FIRST_RANDOM: u32 = 4;

const HELPERS: &str = r#"(procedure "capture" 1 0 #f 0 ("x")
  (block b0 (v0)
    (let v1 (primitive %capture))
    (do (global-set! 1 v1))
    (return v0)))
(procedure "values" 2 0 #f 0 ("x" "y")
  (block b0 (v0 v1) (return-values v1 v0)))
(procedure "change" 1 0 #f 0 ("x")
  (block b0 (v0)
    (branch (type pair? v0) (b1) (b2)))
  (block b1 ()
    (let v1 (primitive cdr v0))
    (do (primitive set-car! v0 v1))
    (return v1))
  (block b2 () (return v0)))
"#;

/// The text of the unit of a seed.
pub(super) fn unit(seed: u64) -> String {
    let mut choices = Choices::new(seed);
    let mut procedures = Vec::new();
    for number in 0..=choices.below(3) as u32 {
        let mut kinds = |least: usize, most: usize| {
            let count = least + choices.below(most - least + 1);
            (0..count)
                .map(|_| choices.pick(&Kind::ALL))
                .collect::<Vec<_>>()
        };
        let mut parameters = kinds(0, 3);
        parameters.insert(0, Kind::Integer);
        let free = if number % 2 == 1 {
            kinds(0, 2)
        } else {
            Vec::new()
        };
        let result = kinds(1, 1)[0];
        procedures.push(Known {
            number: number + FIRST_RANDOM,
            parameters,
            optional: choices.one_in(4),
            rest: choices.one_in(4),
            result,
            free,
        });
    }
    let mut text = tables();
    text += &Body::entry(&mut choices, &procedures);
    text += HELPERS;
    for index in 0..procedures.len() {
        text += &Body::procedure(&mut choices, &procedures, index);
    }
    text
}

/// Values as arguments.
fn listed(values: &[u32]) -> String {
    let texts: Vec<String> = values.iter().map(|value| format!(" v{value}")).collect();
    texts.concat()
}

fn jump(block: usize, given: &[u32]) -> String {
    format!("(jump (b{block}{}))", listed(given))
}
