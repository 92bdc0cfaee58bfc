//! Superinstructions: one instruction for several that often follow one another.
//!
//! ```text
//! cdr s4 s1; cdr s5 s4   =>   cdr_cdr s4 s1 s5 s4
//! ```
//!
//! A superinstruction does the work of its parts, one after the other. Nothing may branch to the
//! second part. The result of a part is written even if only the other part reads it. Most pairs are
//! in the lists of `abi`, from which both directions expand.

use abi::isa::{AnyLocal, DataOffset, Instruction, Into, IntoAny, Local, MapOffset, Word32};

/// The instruction that does what `first` and then `second` do, if there is one.
///
/// Where `first` has a hole, it is filled as if it stood at the end of the result: the result takes
/// it over, in the same order of operands.
pub(super) fn combined(first: Instruction, second: Instruction) -> Option<Instruction> {
    use Instruction as I;
    Some(match (first, second) {
        (I::Copy { .. } | I::Copy2 { .. }, I::Copy { dst, src }) => more_copies(first, dst, src),
        (I::LoadSmall { dst, value }, I::ReturnValue { src }) if dst.0 == src.0 => {
            let word = i64::from(value.0) << abi::tag::TAG_BITS;
            return returned(word.cast_unsigned());
        }
        (I::LoadWord { dst, word }, I::ReturnValue { src }) if dst.0 == src.0 => {
            return returned(word.0);
        }
        (I::Poll { map }, I::Cons { dst, car, cdr }) => I::PollCons { dst, car, cdr, map },
        (I::LoadCell { dst, cell }, branch) => return compared_with_cell(dst, cell, branch),
        _ => return two_loads(first, second),
    })
}

/// The branch that compares something with what is loaded from a cell in front of it.
fn compared_with_cell(dst: Into, cell: DataOffset, branch: Instruction) -> Option<Instruction> {
    macro_rules! combine {
        ($( $_both:ident = $Both:ident: $_branch:ident = $Branch:ident; )*) => {
            match branch {
                $( Instruction::$Branch { a, b, offset } => Instruction::$Both {
                    dst,
                    cell,
                    a: other(dst.0, a, b)?,
                    offset,
                }, )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_cell_branch!(combine))
}

/// What one operand is compared with, if the other is `slot`.
fn other(slot: u16, a: Local, b: Local) -> Option<Local> {
    if b.0 == slot {
        Some(a)
    } else {
        (a.0 == slot).then_some(b)
    }
}

fn returned(word: u64) -> Option<Instruction> {
    let short = i32::try_from(word.cast_signed()).ok()?;
    Some(Instruction::ReturnWord {
        word: Word32(short),
    })
}

fn more_copies(first: Instruction, to: IntoAny, from: AnyLocal) -> Instruction {
    match first {
        Instruction::Copy2 {
            dst,
            src,
            dst2,
            src2,
        } => Instruction::Copy3 {
            dst,
            src,
            dst2,
            src2,
            dst3: to,
            src3: from,
        },
        Instruction::Copy { dst, src } => Instruction::Copy2 {
            dst,
            src,
            dst2: to,
            src2: from,
        },
        _ => unreachable!("called with copies"),
    }
}

/// Two loads from objects: either may raise.
fn two_loads(first: Instruction, second: Instruction) -> Option<Instruction> {
    macro_rules! combine {
        ($( $_both:ident = $Both:ident: $_first:ident = $First:ident, $_second:ident = $Second:ident
            { $( $one:ident $two:ident: $_kind:ident ),* }; )*) => {
            match (first, second) {
                $( (
                    Instruction::$First { dst, $( $one ),* },
                    Instruction::$Second { dst: dst2, $( $one: $two ),* },
                ) => Instruction::$Both { dst, $( $one, )* dst2, $( $two ),* }, )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_two_loads!(combine))
}

/// The branch with a poll before it, if there is one.
pub(super) fn with_poll(branch: Instruction) -> Option<Instruction> {
    let map = MapOffset(0);
    macro_rules! combine {
        ($( $_both:ident = $Both:ident: $_branch:ident = $Branch:ident
            { $( $operand:ident: $_kind:ident ),* } $( $map:ident )?; )*) => {
            match branch {
                $( Instruction::$Branch { $( $operand, )* offset, $( $map: map )? } => {
                    Instruction::$Both { $( $operand, )* offset, map }
                } )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_polled_branch!(combine))
}

/// What an instruction does, one after the other: itself, unless it is a superinstruction.
pub(super) fn parts(instruction: Instruction) -> Vec<Instruction> {
    use Instruction as I;
    let mut parts = Vec::with_capacity(3);
    match instruction {
        I::Copy2 {
            dst,
            src,
            dst2,
            src2,
        } => {
            parts.push(I::Copy { dst, src });
            parts.push(I::Copy {
                dst: dst2,
                src: src2,
            });
        }
        I::Copy3 {
            dst,
            src,
            dst2,
            src2,
            dst3,
            src3,
        } => {
            parts.push(I::Copy { dst, src });
            parts.push(I::Copy {
                dst: dst2,
                src: src2,
            });
            parts.push(I::Copy {
                dst: dst3,
                src: src3,
            });
        }
        I::PollCons { dst, car, cdr, map } => {
            parts.push(I::Poll { map });
            parts.push(I::Cons { dst, car, cdr });
        }
        _ => {
            let two = loads(instruction)
                .or_else(|| poll_and_branch(instruction))
                .or_else(|| load_and_branch(instruction));
            match two {
                Some(two) => parts.extend(two),
                None => parts.push(instruction),
            }
        }
    }
    parts
}

/// The parts of two loads.
fn loads(instruction: Instruction) -> Option<[Instruction; 2]> {
    macro_rules! split {
        ($( $_both:ident = $Both:ident: $_first:ident = $First:ident, $_second:ident = $Second:ident
            { $( $one:ident $two:ident: $_kind:ident ),* }; )*) => {
            match instruction {
                $( Instruction::$Both { dst, $( $one, )* dst2, $( $two ),* } => [
                    Instruction::$First { dst, $( $one ),* },
                    Instruction::$Second { dst: dst2, $( $one: $two ),* },
                ], )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_two_loads!(split))
}

/// Whether an instruction loads twice: both parts can raise.
pub(super) fn loads_twice(instruction: Instruction) -> bool {
    loads(instruction).is_some()
}

/// The parts of a branch with a poll before it.
fn poll_and_branch(instruction: Instruction) -> Option<[Instruction; 2]> {
    macro_rules! split {
        ($( $_both:ident = $Both:ident: $_branch:ident = $Branch:ident
            { $( $operand:ident: $_kind:ident ),* } $( $map:ident )?; )*) => {
            match instruction {
                $( Instruction::$Both { $( $operand, )* offset, map } => [
                    Instruction::Poll { map },
                    Instruction::$Branch { $( $operand, )* offset, $( $map: map )? },
                ], )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_polled_branch!(split))
}

/// The parts of a comparison with what is in a cell.
fn load_and_branch(instruction: Instruction) -> Option<[Instruction; 2]> {
    macro_rules! split {
        ($( $_both:ident = $Both:ident: $_branch:ident = $Branch:ident; )*) => {
            match instruction {
                $( Instruction::$Both { dst, cell, a, offset } => [
                    Instruction::LoadCell { dst, cell },
                    Instruction::$Branch { a, b: Local(dst.0), offset },
                ], )*
                _ => return None,
            }
        };
    }
    Some(abi::for_each_cell_branch!(split))
}

#[cfg(test)]
mod tests {
    use abi::isa::{BranchOffset, Opcode, Small, Word};

    use super::*;

    /// One of each instruction, its operands the numbers from one on.
    fn each_instruction() -> impl Iterator<Item = Instruction> {
        Opcode::ALL.iter().map(|&opcode| {
            let mut bytes = vec![opcode as u8];
            bytes.extend((1..opcode.instruction_bytes()).map(|byte| byte as u8));
            Instruction::decode(&bytes).unwrap()
        })
    }

    #[test]
    fn the_parts_of_what_was_combined_are_what_it_was_made_of() {
        let mut combinations = 0;
        for first in each_instruction() {
            for second in each_instruction() {
                let Some(both) = combined(first, second) else {
                    continue;
                };
                if let Instruction::ReturnWord { .. } = both {
                    continue;
                }
                combinations += 1;
                let mut all = parts(first);
                all.push(second);
                let compared = parts(both);
                // Which operand of a comparison was loaded does not matter.
                assert_eq!(compared.len(), all.len());
                assert_eq!(compared[0], all[0]);
                assert_eq!(compared[1].opcode(), all[1].opcode());
            }
        }
        assert!(combinations >= 8, "{combinations}");
    }

    #[test]
    fn a_branch_with_a_poll_is_a_poll_and_a_branch() {
        let mut count = 0;
        for branch in each_instruction() {
            if let Some(polled) = with_poll(branch) {
                count += 1;
                let [poll, other] = parts(polled)[..] else {
                    panic!("two parts: {polled:?}");
                };
                assert!(matches!(poll, Instruction::Poll { .. }));
                assert_eq!(other, branch);
            }
        }
        assert_eq!(count, 8);
    }

    #[test]
    fn only_what_was_loaded_is_returned() {
        let load = |value| Instruction::LoadSmall {
            dst: Into(3),
            value: Small(value),
        };
        let give = |src| Instruction::ReturnValue { src: Local(src) };
        let word = Word32(-8);
        assert_eq!(
            combined(load(-1), give(3)),
            Some(Instruction::ReturnWord { word })
        );
        assert_eq!(combined(load(-1), give(4)), None);
        let long = Instruction::LoadWord {
            dst: Into(3),
            word: Word(1 << 40),
        };
        assert_eq!(combined(long, give(3)), None);
    }

    #[test]
    fn a_cell_is_compared_with_the_operand_that_it_was_not_loaded_for() {
        let (dst, cell, offset) = (Into(3), DataOffset(0), BranchOffset(0));
        let load = Instruction::LoadCell { dst, cell };
        let compare = |a, b| Instruction::BranchEq {
            a: Local(a),
            b: Local(b),
            offset,
        };
        let a = Local(5);
        let both = Instruction::BranchEqCell {
            dst,
            cell,
            a,
            offset,
        };
        assert_eq!(combined(load, compare(5, 3)), Some(both));
        assert_eq!(combined(load, compare(3, 5)), Some(both));
        assert_eq!(combined(load, compare(4, 5)), None);
    }
}
