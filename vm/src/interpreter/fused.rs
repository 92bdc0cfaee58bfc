//! Superinstructions: one instruction does the work of several others, one after the other.
//!
//! A dispatch costs more than most handlers. The instructions that are fused were chosen by
//! profiles of 38 programs of the R7RS set. The commit that brought them has the shares.

use crate::interpreter::branch::{
    branch_eq, branch_equal_small, branch_less, branch_not_eq, branch_not_equal_small,
    branch_not_less, branch_not_null, branch_not_pair, branch_null, branch_pair,
};
use crate::interpreter::control::{is_poll_due, poll_slowly};
// A load goes by its name. What it computes is needed here, without where it goes.
use crate::interpreter::closures::free_variable as closure_ref;
use crate::interpreter::data::{copy, load_cell};
use crate::interpreter::executed::{Ending, Executed};
use crate::interpreter::machine::Machine;
use crate::interpreter::operand::{
    AnyLocal, BranchOffset, DataOffset, Index, Into, IntoAny, Local, MapAtEnd, Small, Word32,
};
use crate::interpreter::pairs::{car_of as car, cdr_of as cdr, cons};
use crate::interpreter::returns::return_from;
use crate::interpreter::sequence::vector_element as vector_ref;
use crate::live::Live;
use crate::mutator::Mutator;

#[inline(always)]
pub(super) fn copy2(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: IntoAny,
    src: AnyLocal,
    dst2: IntoAny,
    src2: AnyLocal,
) -> Machine {
    let s = copy(m, s, dst, src);
    copy(m, s, dst2, src2)
}

#[inline(always)]
pub(super) fn copy3(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: IntoAny,
    src: AnyLocal,
    dst2: IntoAny,
    src2: AnyLocal,
    dst3: IntoAny,
    src3: AnyLocal,
) -> Machine {
    let s = copy2(m, s, dst, src, dst2, src2);
    copy(m, s, dst3, src3)
}

/// A place for a result, and what computes it.
struct Load<Compute> {
    dst: Into,
    compute: Compute,
}

/// Does `first`, and `second` unless that raised.
///
/// While `first` runs, `pc` is where the operands of `second`, all of them of two bytes, start. So a
/// backtrace names the line of the one that raised.
#[inline(always)]
fn one_after_the_other<'id, const OPERANDS: usize>(
    m: &mut Mutator<'id>,
    s: Machine,
    first: Load<impl FnOnce(&mut Mutator<'id>, Machine) -> Result<Live, Machine>>,
    second: Load<impl FnOnce(&mut Mutator<'id>, Machine) -> Result<Live, Machine>>,
) -> Executed {
    // SAFETY: the instruction ends with so many operands.
    let between = unsafe { s.back(OPERANDS * size_of::<u16>()) };
    s.set(first.dst, (first.compute)(m, between)?);
    s.set(second.dst, (second.compute)(m, s)?);
    Ok(s)
}

macro_rules! two_loads {
    ($( $name:ident = $_both:ident: $first:ident = $_first:ident, $second:ident = $_second:ident
        { $( $one:ident $two:ident: $kind:ident ),* }; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>, s: Machine, dst: Into, $( $one: $kind, )* dst2: Into, $( $two: $kind ),*
        ) -> Executed {
            const OPERANDS: usize = ["dst2", $( stringify!($two) ),*].len();
            let first = Load { dst, compute: |m: &mut _, s| $first(m, s, $( $one ),*) };
            let second = Load { dst: dst2, compute: |m: &mut _, s| $second(m, s, $( $two ),*) };
            one_after_the_other::<OPERANDS>(m, s, first, second)
        }
    )* };
}

abi::for_each_two_loads!(two_loads);

#[inline(always)]
pub(super) fn return_word(_: &mut Mutator<'_>, s: Machine, word: Word32) -> Machine {
    // SAFETY: the operand is an immediate.
    let value = unsafe { Live::new(i64::from(word.number()).cast_unsigned()) };
    return_from(s, value)
}

#[inline(always)]
pub(super) fn poll_cons(
    m: &mut Mutator<'_>,
    s: Machine,
    dst: Into,
    car: Local,
    cdr: Local,
    map: MapAtEnd,
) -> Executed {
    #[cold]
    #[inline(never)]
    fn apart(
        m: &mut Mutator<'_>,
        s: Machine,
        dst: Into,
        car: Local,
        cdr: Local,
        map: MapAtEnd,
    ) -> Machine {
        poll_slowly(m, s, map)
            .and_then(|s| cons(m, s, dst, car, cdr))
            .machine()
    }

    if is_poll_due(m, s) {
        return Err(apart(m, s, dst, car, cdr, map));
    }
    cons(m, s, dst, car, cdr)
}

macro_rules! cell_branches {
    ($( $name:ident = $_both:ident: $branch:ident = $_branch:ident; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>,
            s: Machine,
            dst: Into,
            cell: DataOffset,
            a: Local,
            offset: BranchOffset,
        ) -> Machine {
            let s = load_cell(m, s, dst, cell);
            // SAFETY: the slot has just got a value.
            let loaded = unsafe { Local::new(dst.number()) };
            $branch(m, s, a, loaded, offset)
        }
    )* };
}

abi::for_each_cell_branch!(cell_branches);

/// A poll whose frame is the one before it, and a branch, which may have the same map.
macro_rules! polled_branches {
    ($( $name:ident = $_both:ident: $branch:ident = $_branch:ident
        { $( $operand:ident: $type:ident ),* } $( $map:ident )?; )*) => { $(
        #[inline(always)]
        pub(super) fn $name(
            m: &mut Mutator<'_>,
            s: Machine,
            $($operand: $type,)*
            offset: BranchOffset,
            map: MapAtEnd,
        ) -> Executed {
            #[cold]
            #[inline(never)]
            fn apart(
                m: &mut Mutator<'_>,
                s: Machine,
                $($operand: $type,)*
                offset: BranchOffset,
                map: MapAtEnd,
            ) -> Machine {
                poll_slowly(m, s, map)
                    .and_then(|s| {
                        $branch(m, s, $($operand,)* offset $(, { let $map = map; $map })?).executed()
                    })
                    .machine()
            }

            if is_poll_due(m, s) {
                return Err(apart(m, s, $($operand,)* offset, map));
            }
            $branch(m, s, $($operand,)* offset $(, { let $map = map; $map })?).executed()
        }
    )* };
}

abi::for_each_polled_branch!(polled_branches);
