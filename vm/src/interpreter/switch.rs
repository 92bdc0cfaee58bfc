//! Switches: jumps by tables. The entries of a table are instructions behind the switch.

use abi::object_layout::{string, symbol};
use abi::tag::TAG_BITS;

use crate::interpreter::known::{Known, StringShape, SymbolShape};
use crate::interpreter::machine::{Machine, keep_branch};
use crate::interpreter::operand::{Count, Local, Opcode, Small, Word32};
use crate::mutator::Mutator;

/// Bytes of an instruction `jump`, an entry of a table.
const JUMP_BYTES: usize = Opcode::Jump.instruction_bytes();
/// Bytes of an instruction `branch_eq_word`, an entry of a sorted table.
const TEST_BYTES: usize = Opcode::BranchEqWord.instruction_bytes();
/// Where the word stands in a `branch_eq_word`, in bytes from its end: before the offset.
const WORD_FROM_END: usize = 8;
/// Where the offset of a branch stands, in bytes from its end.
const OFFSET_FROM_END: usize = 4;

/// Entries that have an arm of their own in [`take_entry`].
const ARMS: u64 = 16;
/// From this entry on the place is computed.
const NEAR: u64 = 256;

/// The machine after the jump that is entry `index` of the table at its program counter.
///
/// # Safety
///
/// The table has such an entry.
///
/// Were the place computed from `index`, what follows could not begin before the value that is
/// switched on is known: the processor predicts where code goes on, not what numbers are. So each
/// place has its own code. (Computed, a switch of four cases took twice as long as four tests.)
#[inline(always)]
unsafe fn take_entry(s: Machine, mut index: u64) -> Machine {
    let mut table = s.pc();
    if index >= NEAR {
        // SAFETY: an entry of the table.
        return unsafe { branch_of(entry_end(table, index), s) };
    }
    while index >= ARMS {
        index -= ARMS;
        table = keep_place(table.wrapping_add(JUMP_BYTES * ARMS as usize));
    }
    macro_rules! arms {
        ($($arm:literal)*) => {
            match index {
                $(
                    // SAFETY: an entry of the table.
                    $arm => unsafe { branch_of(entry_end(keep_place(table), $arm), s) },
                )*
                _ => unreachable!("less than ARMS is left"),
            }
        };
    }
    arms!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
}

/// The end of an entry.
#[inline(always)]
fn entry_end(table: *const u8, index: u64) -> *const u8 {
    table.wrapping_add(JUMP_BYTES * (index as usize + 1))
}

/// The same place, by code that cannot be joined with other code.
#[inline(always)]
#[expect(
    clippy::pointers_in_nomem_asm_block,
    reason = "nothing is read or written there"
)]
fn keep_place(mut place: *const u8) -> *const u8 {
    // SAFETY: no instructions at all.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) place, options(nomem, nostack, preserves_flags));
    }
    place
}

/// The machine after the branch that ends at `end`.
///
/// # Safety
///
/// An instruction of the procedure that runs ends there, and its last operand is a branch offset.
#[inline(always)]
unsafe fn branch_of(end: *const u8, s: Machine) -> Machine {
    // SAFETY: the operand lies there, by the contract of this function.
    let offset = unsafe { read_i32(end.wrapping_sub(OFFSET_FROM_END)) };
    // SAFETY: branch offsets lead to instructions of the procedure.
    unsafe { s.with_pc(end.wrapping_offset(offset as isize)) }
}

/// Reads four bytes of an instruction.
///
/// # Safety
///
/// They lie in mapped memory.
#[inline(always)]
unsafe fn read_i32(place: *const u8) -> i32 {
    // SAFETY: mapped memory, by the contract of this function; byte arrays have no alignment.
    i32::from_le_bytes(unsafe { place.cast::<[u8; 4]>().read() })
}

#[inline(always)]
pub(super) fn switch_word(
    _: &mut Mutator<'_>,
    s: Machine,
    src: Local,
    base: Word32,
    shift: Small,
    count: Count,
) -> Machine {
    let base = i64::from(base.number()).cast_unsigned();
    let distance = s.get(src).bits().wrapping_sub(base);
    let index = distance.rotate_right(u32::from(shift.0.cast_unsigned()));
    // SAFETY: `count` jumps follow the instruction, and one for what is not among them.
    unsafe { take_entry(s, index.min(count.number().into())) }
}

#[inline(always)]
pub(super) fn switch_symbol(
    _: &mut Mutator<'_>,
    s: Machine,
    src: Local,
    shift: Small,
    bits: Small,
) -> Machine {
    let count = 1 << bits.0;
    let Some(known) = Known::<SymbolShape>::of(s.get(src)) else {
        // SAFETY: a jump for what is no symbol follows those for symbols.
        return unsafe { take_entry(s, count) };
    };
    let hash = known.field(symbol::HASH).load().bits();
    let index = hash >> (TAG_BITS + u32::from(shift.0.cast_unsigned())) & (count - 1);
    // SAFETY: so many jumps follow the instruction.
    unsafe { take_entry(s, index) }
}

#[inline(always)]
pub(super) fn switch_string_length(
    _: &mut Mutator<'_>,
    s: Machine,
    src: Local,
    base: Word32,
    count: Count,
) -> Machine {
    let count = u64::from(count.number());
    let Some(known) = Known::<StringShape>::of(s.get(src)) else {
        // SAFETY: a jump for what is no string follows those for lengths.
        return unsafe { take_entry(s, count) };
    };
    let length = known.field(string::LENGTH).load().bits() >> TAG_BITS;
    let index = length.wrapping_sub(i64::from(base.number()).cast_unsigned());
    // SAFETY: `count` jumps follow the instruction, and one for what is not among them.
    unsafe { take_entry(s, index.min(count)) }
}

#[inline(always)]
pub(super) fn switch_search(_: &mut Mutator<'_>, s: Machine, src: Local, count: Count) -> Machine {
    let (word, count) = (s.get(src).bits().cast_signed(), usize::from(count.number()));
    let end_of = |entry: usize| s.pc().wrapping_add(TEST_BYTES * (entry + 1));
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = usize::midpoint(from, to);
        // SAFETY: `count` tests follow.
        let key = i64::from(unsafe { read_i32(end_of(middle).wrapping_sub(WORD_FROM_END)) });
        if word == key {
            // SAFETY: `count` tests follow, whose last operand is a branch offset.
            return unsafe { branch_of(end_of(middle), s) };
        }
        // Branches, not moves: see `take_entry`.
        if word < key {
            keep_branch();
            to = middle;
        } else {
            keep_branch();
            from = middle + 1;
        }
    }
    // SAFETY: an instruction follows the tests.
    unsafe { s.with_pc(s.pc().wrapping_add(TEST_BYTES * count)) }
}
