//! The procedure that the user wrote, where the compiler put another primitive: errors name the
//! former.
//!
//! `(cadr x)` becomes a `car` of a `cdr`, `(zero? x)` becomes `(= x 0)`, `(> a b)` is compared as
//! `(< b a)`. The line table keeps the number of the written procedure as the discriminator of a
//! row (DWARF 5, section 6.2.2): `argument * 256 + number`, and 128 more if the code calls a value
//! that the text has no name for. The number is looked up only when something fails.

/// A standard procedure, and which of its arguments the primitive's failing one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrittenName(u16);

/// Procedures with the names under which their primitives fail.
const PROCEDURES: &[(&str, &[&str])] = &[
    ("caar", PATH),
    ("cadr", PATH),
    ("cdar", PATH),
    ("cddr", PATH),
    ("caaar", PATH),
    ("caadr", PATH),
    ("cadar", PATH),
    ("caddr", PATH),
    ("cdaar", PATH),
    ("cdadr", PATH),
    ("cddar", PATH),
    ("cdddr", PATH),
    ("caaaar", PATH),
    ("caaadr", PATH),
    ("caadar", PATH),
    ("caaddr", PATH),
    ("cadaar", PATH),
    ("cadadr", PATH),
    ("caddar", PATH),
    ("cadddr", PATH),
    ("cdaaar", PATH),
    ("cdaadr", PATH),
    ("cdadar", PATH),
    ("cdaddr", PATH),
    ("cddaar", PATH),
    ("cddadr", PATH),
    ("cdddar", PATH),
    ("cddddr", PATH),
    ("+", &["+", "-"]),
    ("-", &["-", "+", "*"]),
    ("*", &["*"]),
    ("/", &["/"]),
    ("=", &["="]),
    ("<", &["<", ">"]),
    (">", &[">", "<"]),
    ("<=", &["<=", ">="]),
    (">=", &[">=", "<="]),
    ("zero?", &["="]),
    ("positive?", &[">"]),
    ("negative?", &["<"]),
    ("char=?", CODE),
    ("char<?", CODE),
    ("char>?", CODE),
    ("char<=?", CODE),
    ("char>=?", CODE),
    ("truncate-quotient", &["quotient"]),
    ("truncate-remainder", &["remainder"]),
    ("floor-remainder", &["modulo"]),
    ("exact->inexact", &["inexact"]),
    ("inexact->exact", &["exact"]),
    ("apply", &["apply"]),
];

const PATH: &[&str] = &["car", "cdr"];
const CODE: &[&str] = &["char->integer"];

/// Bits of the procedure's number.
const NUMBER_BITS: u32 = 7;
/// Set where what is called is a value, as it is in `(f x)` if `f` is a parameter.
const CALLS_VALUE: u16 = 1 << NUMBER_BITS;
/// Bits in front of the argument.
const ARGUMENT_SHIFT: u32 = NUMBER_BITS + 1;
const _: () = assert!(PROCEDURES.len() < 1 << NUMBER_BITS);

impl WrittenName {
    /// Says nothing: the primitive's own name stands.
    pub const NONE: Self = Self(0);

    /// Of the procedure with this name; no name where its primitives fail under it anyway.
    pub fn of(name: &str) -> Self {
        let place = PROCEDURES.iter().position(|(known, _)| *known == name);
        Self(place.map_or(0, |place| place as u16 + 1))
    }

    /// The same where the procedure is the one with this name, as in [`Self::of`].
    #[must_use]
    pub fn renamed(self, name: &str) -> Self {
        Self(Self::of(name).0 | self.0 & CALLS_VALUE)
    }

    /// The same where what is called is a value that the procedure was given, or has computed.
    #[must_use]
    pub const fn calling_value(self) -> Self {
        Self(self.0 | CALLS_VALUE)
    }

    /// Whether what is called is such a value, and not a procedure that the text names.
    pub const fn calls_value(self) -> bool {
        self.0 & CALLS_VALUE != 0
    }

    /// The procedures that some number stands for.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PROCEDURES.iter().map(|(name, _)| *name)
    }

    /// The same where the failing argument is always this one, from 1.
    #[must_use]
    pub const fn with_argument(self, argument: u8) -> Self {
        if self.number() == 0 {
            return self;
        }
        Self((self.0 % (1 << ARGUMENT_SHIFT)) | ((argument as u16) << ARGUMENT_SHIFT))
    }

    /// The same where the failing argument is this one, unless another is always the one.
    #[must_use]
    pub const fn with_argument_if_open(self, argument: u8) -> Self {
        if self.0 >> ARGUMENT_SHIFT == 0 {
            self.with_argument(argument)
        } else {
            self
        }
    }

    /// The number of the procedure, from 1; 0 for none.
    const fn number(self) -> u16 {
        self.0 % (1 << NUMBER_BITS)
    }

    /// The number in the line table.
    pub const fn discriminator(self) -> u16 {
        self.0
    }

    /// What a number in a line table says; nothing for numbers that no table of this version holds.
    pub const fn from_discriminator(discriminator: u64) -> Self {
        let number = discriminator % (1 << NUMBER_BITS);
        if discriminator > u16::MAX as u64 || number as usize > PROCEDURES.len() {
            return Self(0);
        }
        Self(discriminator as u16)
    }

    /// Procedure and argument, from 1, that an error has to name if a primitive fails under the name
    /// `primitive` with `argument`; `None` if those stand.
    pub fn named(self, primitive: &str, argument: usize) -> Option<(&'static str, usize)> {
        let number = usize::from(self.number()).checked_sub(1)?;
        let (name, primitives) = PROCEDURES.get(number)?;
        if !primitives.contains(&primitive) {
            return None;
        }
        let fixed = self.0 >> ARGUMENT_SHIFT;
        let is_mirrored = primitives.len() == 2 && primitive == primitives[1] && is_relation(name);
        let argument = match fixed {
            0 if is_mirrored => 3_usize.saturating_sub(argument),
            0 => argument,
            fixed => fixed.into(),
        };
        Some((name, argument))
    }
}

fn is_relation(name: &str) -> bool {
    matches!(name, "<" | ">" | "<=" | ">=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_was_written() {
        assert_eq!(WrittenName::of("cadr").named("cdr", 1), Some(("cadr", 1)));
        assert_eq!(WrittenName::of("-").named("*", 1), Some(("-", 1)));
        assert_eq!(WrittenName::of("vector-ref").named("vector-ref", 2), None);
    }

    #[test]
    fn other_primitives_on_the_same_line_keep_their_names() {
        assert_eq!(WrittenName::of("cadr").named("vector-ref", 1), None);
        assert_eq!(WrittenName::default().named("car", 1), None);
    }

    #[test]
    fn arguments_of_mirrored_relations_are_exchanged() {
        assert_eq!(WrittenName::of(">").named("<", 1), Some((">", 2)));
        assert_eq!(WrittenName::of(">").named(">", 1), Some((">", 1)));
        assert_eq!(WrittenName::of("<=").named(">=", 2), Some(("<=", 1)));
    }

    #[test]
    fn arguments_can_be_fixed() {
        let third = WrittenName::of("+").with_argument(3);
        assert_eq!(third.named("+", 2), Some(("+", 3)));
        assert_eq!(third.with_argument_if_open(2), third);
        let second = WrittenName::of("+").with_argument_if_open(2);
        assert_eq!(second.named("+", 1), Some(("+", 2)));
        let none = WrittenName::of("list").with_argument(3);
        assert_eq!(none, WrittenName::default());
    }

    #[test]
    fn numbers_in_line_tables_round_trip_and_others_say_nothing() {
        for (name, _) in PROCEDURES {
            let written = WrittenName::of(name).with_argument(2);
            let number = u64::from(written.discriminator());
            assert_eq!(WrittenName::from_discriminator(number), written);
        }
        let none = WrittenName::default();
        assert_eq!(WrittenName::from_discriminator(127), none);
        assert_eq!(WrittenName::from_discriminator(255), none);
        assert_eq!(WrittenName::from_discriminator(1 << 16), none);
    }

    #[test]
    fn a_call_of_a_value_keeps_the_name_and_the_argument() {
        let named = WrittenName::of("cadr").calling_value();
        assert!(named.calls_value() && !WrittenName::of("cadr").calls_value());
        assert_eq!(named.named("cdr", 1), Some(("cadr", 1)));
        assert_eq!(named.with_argument(2).named("cdr", 1), Some(("cadr", 2)));
        assert!(named.with_argument(2).calls_value());
        let apply = WrittenName::NONE.calling_value().renamed("apply");
        assert!(apply.calls_value());
        assert_eq!(apply.named("apply", 3), Some(("apply", 3)));
        let number = apply.discriminator().into();
        assert_eq!(WrittenName::from_discriminator(number), apply);
        let unnamed = WrittenName::NONE.calling_value().with_argument(3);
        assert_eq!(unnamed, WrittenName::NONE.calling_value());
    }
}
