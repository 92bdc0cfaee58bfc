//! Closures.

use abi::object_layout::closure;
use gc::WORD_BYTES;

use crate::interpreter::data::wrong_type;
use crate::interpreter::executed::{Executed, here_or_apart};
use crate::interpreter::field::Field;
use crate::interpreter::known::{ClosureShape, Fresh, Known};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{CodeOffset, Count, Index, Into, Local};
use crate::live::Live;
use crate::mutator::Mutator;

#[inline(always)]
pub(super) fn make_closure(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    code: CodeOffset,
    free: Count,
) -> Executed {
    let is_short = m
        .heap()
        .has_room(Fresh::closure_bytes(free.number().into()));
    here_or_apart!(is_short, empty_closure(m, s, dst: Into, code: CodeOffset, free: Count))
}

#[inline(always)]
fn empty_closure(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    code: CodeOffset,
    free: Count,
) -> Machine {
    let free = usize::from(free.number());
    let fresh = Fresh::closure(m, s.code(code), free as u64);
    fresh.fill(closure::FREE, free, Live::FALSE);
    // SAFETY: the code address and all free variables were written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

/// Makes a closure with all its free variables.
macro_rules! filled_closures {
    ($( $name:ident $free:literal ($($value:ident),*); )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>, s: Machine, dst: Into, code: CodeOffset, $($value: Local),*
        ) -> Executed {
            /// The list of the variables is made apart, too.
            #[inline(always)]
            fn filled(
                m: &mut Mutator<'_>, s: Machine, dst: Into, code: CodeOffset, $($value: Local),*
            ) -> Machine {
                filled_closure(m, s, dst, code, [$($value),*])
            }

            let is_short = m.heap().has_room(Fresh::closure_bytes($free));
            here_or_apart!(is_short, filled(m, s, dst: Into, code: CodeOffset, $($value: Local),*))
        }
    )* };
}

#[inline(always)]
fn filled_closure<const FREE: usize>(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    code: CodeOffset,
    free: [Local; FREE],
) -> Machine {
    let fresh = Fresh::closure(m, s.code(code), FREE as u64);
    for (index, variable) in free.into_iter().enumerate() {
        fresh.init(closure::FREE + index * WORD_BYTES, s.get(variable));
    }
    // SAFETY: the code address and all free variables were written.
    s.set(dst, unsafe { fresh.finish() });
    s
}

filled_closures! {
    make_closure1 1 (a);
    make_closure2 2 (a, b);
    make_closure3 3 (a, b, c);
    make_closure4 4 (a, b, c, d);
    make_closure5 5 (a, b, c, d, e);
}

/// Free variable `index` of a closure.
#[inline(always)]
fn free_field(word: Live, index: Index) -> Option<Field> {
    Known::<ClosureShape>::of(word)?.free_variable(usize::from(index.0))
}

#[inline(always)]
pub(super) fn closure_init(
    m: &mut Mutator<'_>,
    s: Machine,
    closure: Local,
    index: Index,
    src: Local,
) -> Executed {
    let word = s.get(closure);
    match free_field(word, index) {
        Some(field) => {
            // SAFETY: between the instruction that allocates a closure and this one is no safepoint.
            unsafe { field.initialize(m, s.get(src)) };
            Ok(s)
        }
        None => Err(wrong_type(m, s, "lambda", 1, "closure", word)),
    }
}

#[inline(always)]
pub(super) fn closure_ref(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    closure: Local,
    index: Index,
) -> Executed {
    s.set(dst, free_variable(m, s, closure, index)?);
    Ok(s)
}

/// A free variable, or the machine that raises.
#[inline(always)]
pub(super) fn free_variable(
    m: &mut Mutator<'_>,
    s: Machine,
    closure: Local,
    index: Index,
) -> Result<Live, Machine> {
    let word = s.get(closure);
    match free_field(word, index) {
        Some(field) => Ok(field.load()),
        None => Err(wrong_type(m, s, "lambda", 1, "closure", word)),
    }
}
