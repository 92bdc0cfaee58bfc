//! Jumps and conditional branches, except those that poll.

use std::cmp::Ordering;

use abi::tag;

use crate::interpreter::data::passes_test;
use crate::interpreter::enter::make_room;
use crate::interpreter::executed::Executed;
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{
    BranchOffset, Local, MapAtEnd, RawLocal, Small, TestOperand, Word32, small,
};
use crate::interpreter::stage::{Staged, stage};
use crate::live::Live;
use crate::mutator::Mutator;
use crate::number;

#[inline(always)]
pub(super) fn jump(_: &mut Mutator<'_>, s: Machine, offset: BranchOffset) -> Machine {
    s.jumped(offset)
}

macro_rules! branches {
    ($( $name:ident $negated:ident ($($operand:ident: $type:ty),*) |$s:ident| $test:expr; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            _: &mut Mutator<'_>, $s: Machine, $($operand: $type,)* offset: BranchOffset,
        ) -> Machine {
            $s.jumped_if($test, offset)
        }

        #[inline(always)]
        pub(super) fn $negated(
            _: &mut Mutator<'_>, $s: Machine, $($operand: $type,)* offset: BranchOffset,
        ) -> Machine {
            let holds = $test;
            $s.jumped_if(!holds, offset)
        }
    )* };
}

branches! {
    branch_true branch_false (src: Local) |s| s.get(src) != Live::FALSE;
    branch_null branch_not_null (src: Local) |s| s.get(src).bits() == tag::NULL;
    branch_pair branch_not_pair (src: Local) |s| tag::is_pair(s.get(src).bits());
    branch_type branch_not_type (src: Local, test: TestOperand) |s| passes_test(s.get(src), test);
    branch_eq branch_not_eq (a: Local, b: Local) |s| s.get(a) == s.get(b);
    branch_eq_word branch_not_eq_word (a: Local, word: Word32) |s| {
        s.get(a).bits() == i64::from(word.number()) as u64
    };
    branch_f64_equal branch_not_f64_equal (a: RawLocal, b: RawLocal) |s| {
        #[expect(clippy::float_cmp, reason = "`=` compares exactly")]
        let equal = s.f64(a) == s.f64(b);
        equal
    };
    branch_f64_less branch_not_f64_less (a: RawLocal, b: RawLocal) |s| s.f64(a) < s.f64(b);
    branch_f64_less_equal branch_not_f64_less_equal (a: RawLocal, b: RawLocal) |s| {
        s.f64(a) <= s.f64(b)
    };
    branch_i64_equal branch_not_i64_equal (a: RawLocal, b: RawLocal) |s| s.raw(a) == s.raw(b);
    branch_i64_less branch_not_i64_less (a: RawLocal, b: RawLocal) |s| {
        s.raw(a).cast_signed() < s.raw(b).cast_signed()
    };
    branch_i64_less_equal branch_not_i64_less_equal (a: RawLocal, b: RawLocal) |s| {
        s.raw(a).cast_signed() <= s.raw(b).cast_signed()
    };
    branch_u64_less branch_not_u64_less (a: RawLocal, b: RawLocal) |s| s.raw(a) < s.raw(b);
    branch_u64_less_equal branch_not_u64_less_equal (a: RawLocal, b: RawLocal) |s| {
        s.raw(a) <= s.raw(b)
    };
}

/// How two numbers may compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Relation {
    /// All, by number.
    const ALL: [Self; 5] = [
        Self::Equal,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
    ];

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Equal => a == b,
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }

    const fn holds_for(self, ordering: Option<Ordering>) -> bool {
        let Some(ordering) = ordering else {
            return false;
        };
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// The second operand of a comparison.
trait Second: Copy {
    /// Whether it may be a flonum.
    const IS_SLOT: bool;

    fn value(self, s: Machine) -> Live;
}

impl Second for Local {
    const IS_SLOT: bool = true;

    #[inline(always)]
    fn value(self, s: Machine) -> Live {
        s.get(self)
    }
}

impl Second for Small {
    const IS_SLOT: bool = false;

    #[inline(always)]
    fn value(self, _: Machine) -> Live {
        small(self)
    }
}

/// Branches if the outcome of the comparison is `WANTED`.
#[inline(always)]
fn compare_and_branch<const RELATION: usize, const WANTED: bool, B: Second>(
    m: &mut Mutator<'_>,
    s: Machine,
    (a, b): (Local, B),
    offset: BranchOffset,
    map: MapAtEnd,
) -> Executed {
    let relation = Relation::ALL[RELATION];
    let (first, second) = (s.get(a).bits(), b.value(s).bits());
    let holds = if tag::is_fixnum(first | second) {
        relation.holds(&first.cast_signed(), &second.cast_signed())
    } else if B::IS_SLOT && tag::is_self_tagged_flonum(first) && tag::is_self_tagged_flonum(second)
    {
        relation.holds(&tag::flonum_value(first), &tag::flonum_value(second))
    } else {
        return Err(branch_slowly::<RELATION, WANTED, B>(
            m, s, a, b, offset, map,
        ));
    };
    Ok(s.jumped_if(holds == WANTED, offset))
}

/// Large numbers want memory outside of the heap, and so may want a collection first.
///
/// A function for each relation: all that such a function is given are registers. An executor writes what is given in
/// memory before its short path, too: six more instructions.
#[cold]
#[inline(never)]
fn branch_slowly<const RELATION: usize, const WANTED: bool, B: Second>(
    m: &mut Mutator<'_>,
    s: Machine,
    a: Local,
    b: B,
    offset: BranchOffset,
    map: MapAtEnd,
) -> Machine {
    loop {
        let staged = match compare(Relation::ALL[RELATION], m, s, a, b) {
            Ok(holds) => return s.jumped_if(holds == WANTED, offset),
            Err(staged) => staged,
        };
        if let Err(raised) = make_room(m, s, staged, s.map(map)) {
            return raised;
        }
    }
}

/// Compares numbers of any kind.
fn compare(
    relation: Relation,
    m: &Mutator<'_>,
    s: Machine,
    a: Local,
    b: impl Second,
) -> Result<bool, Staged> {
    let name = relation.name();
    // SAFETY: both words were read just now, and nothing is collected while the mutator is borrowed.
    let (a, b) = unsafe { (s.get(a).value(), b.value(s).value()) };
    let outcome = match relation {
        Relation::Equal => number::equal(m, a, b, name),
        _ => number::compare(m, a, b, name).map(|ordering| relation.holds_for(ordering)),
    };
    outcome.map_err(|raise| stage(m, s, raise))
}

macro_rules! comparisons {
    ($operand:ident: $type:ty; $( $name:ident $relation:ident $wanted:literal; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>,
            s: Machine,
            a: Local,
            $operand: $type,
            offset: BranchOffset,
            map: MapAtEnd,
        ) -> Executed {
            compare_and_branch::<{ Relation::$relation as usize }, $wanted, _>(
                m,
                s,
                (a, $operand),
                offset,
                map,
            )
        }
    )* };
}

comparisons! {
    b: Local;
    branch_equal Equal true;
    branch_less Less true;
    branch_less_equal LessEqual true;
    branch_not_equal Equal false;
    branch_not_less Less false;
    branch_not_less_equal LessEqual false;
}

comparisons! {
    value: Small;
    branch_equal_small Equal true;
    branch_less_small Less true;
    branch_less_equal_small LessEqual true;
    branch_greater_small Greater true;
    branch_greater_equal_small GreaterEqual true;
    branch_not_equal_small Equal false;
    branch_not_less_small Less false;
    branch_not_less_equal_small LessEqual false;
    branch_not_greater_small Greater false;
    branch_not_greater_equal_small GreaterEqual false;
}
