//! Switches: tables of jumps, or sorted tests that are searched.

use abi::isa::{BranchOffset, Count, Instruction, Local, Small, Word32};

use super::procedure::Selector;
use crate::ssa::ir::{BlockId, Switch, SwitchKey, Target};

/// A table has at most this many entries for each case, and a few more.
const ENTRIES_PER_CASE: usize = 4;
const ENTRIES_FREE: usize = 16;

impl Selector<'_, '_> {
    /// Writes a switch; `next` is the block that follows in the code.
    pub(super) fn switch(&mut self, switch: &Switch, next: Option<BlockId>) {
        let src = self.local(switch.value);
        match switch.key {
            SwitchKey::Word => match Table::of_words(&switch.cases) {
                Some(table) => self.word_table(src, switch, &table),
                None => self.search(src, switch, next),
            },
            SwitchKey::SymbolHash { shift, bits } => {
                let (shift, small_bits) = (Small(shift.into()), Small(bits.into()));
                self.assembler.emit(Instruction::SwitchSymbol {
                    src,
                    shift,
                    bits: small_bits,
                });
                self.jumps(switch, 0..1 << bits);
            }
            SwitchKey::StringLength => match Table::of_keys(&switch.cases, 0) {
                Some(table) => self.string_table(src, switch, &table),
                None => self.string_lengths(src, switch),
            },
        }
    }

    fn word_table(&mut self, src: Local, switch: &Switch, table: &Table) {
        self.assembler.emit(Instruction::SwitchWord {
            src,
            base: Word32(table.base),
            shift: Small(table.shift as i16),
            count: table.count(),
        });
        self.table(switch, table);
    }

    fn string_table(&mut self, src: Local, switch: &Switch, table: &Table) {
        self.assembler.emit(Instruction::SwitchStringLength {
            src,
            base: Word32(table.base),
            count: table.count(),
        });
        self.table(switch, table);
    }

    /// Lengths far from each other: a table of one entry each.
    fn string_lengths(&mut self, src: Local, switch: &Switch) {
        for (key, target) in &switch.cases {
            let rest = self.assembler.new_label();
            self.assembler.emit(Instruction::SwitchStringLength {
                src,
                base: Word32(*key),
                count: Count(1),
            });
            self.jump_to(target);
            self.assembler.emit_branch(JUMP, rest);
            self.assembler.bind(rest);
        }
        self.jump_to(&switch.default);
    }

    fn table(&mut self, switch: &Switch, table: &Table) {
        let keys =
            (0..table.entries as i64).map(|entry| i64::from(table.base) + (entry << table.shift));
        self.jumps(switch, keys);
    }

    /// One jump for each of the keys, which are ascending, and the default's.
    fn jumps(&mut self, switch: &Switch, keys: impl Iterator<Item = i64>) {
        let mut cases = switch.cases.iter().peekable();
        for key in keys {
            let target = match cases.next_if(|case| i64::from(case.0) == key) {
                Some((_, target)) => target,
                None => &switch.default,
            };
            self.jump_to(target);
        }
        self.jump_to(&switch.default);
    }

    fn jump_to(&mut self, target: &Target) {
        let label = self.label(target.block);
        self.assembler.emit_branch(JUMP, label);
    }

    fn search(&mut self, src: Local, switch: &Switch, next: Option<BlockId>) {
        // More cases than a count can say are searched one part after another.
        for cases in switch.cases.chunks(usize::from(u16::MAX)) {
            let count = Count(cases.len() as u16);
            self.assembler
                .emit(Instruction::SwitchSearch { src, count });
            for (key, target) in cases {
                let label = self.label(target.block);
                let test = Instruction::BranchEqWord {
                    a: src,
                    word: Word32(*key),
                    offset: BranchOffset(0),
                };
                self.assembler.emit_branch(test, label);
            }
        }
        if !self.falls_into(switch.default.block, next) {
            self.jump_to(&switch.default);
        }
    }
}

/// Filled in when the label is bound.
const JUMP: Instruction = Instruction::Jump {
    offset: BranchOffset(0),
};

/// The keys `base`, `base + 2^shift` and so on.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    base: i32,
    shift: u32,
    entries: usize,
}

impl Table {
    /// The table that holds these keys, as far apart as they all are, if it is not too large.
    fn of_words(cases: &[(i32, Target)]) -> Option<Self> {
        let base = cases.first()?.0;
        let all_bits = cases.iter().fold(0, |bits, case| bits | (case.0 ^ base));
        Self::of_keys(cases, all_bits.trailing_zeros().min(i32::BITS - 1))
    }

    fn of_keys(cases: &[(i32, Target)], shift: u32) -> Option<Self> {
        let (base, last) = (cases.first()?.0, cases.last()?.0);
        let entries = (last.abs_diff(base) >> shift) as usize + 1;
        let is_dense = entries <= cases.len() * ENTRIES_PER_CASE + ENTRIES_FREE;
        (is_dense && entries < usize::from(u16::MAX)).then_some(Self {
            base,
            shift,
            entries,
        })
    }

    fn count(&self) -> Count {
        Count(self.entries as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[i32]) -> Option<(i32, u32, usize)> {
        let target = Target {
            block: BlockId::ENTRY,
            arguments: Vec::new(),
        };
        let cases: Vec<(i32, Target)> = keys.iter().map(|&key| (key, target.clone())).collect();
        Table::of_words(&cases).map(|table| (table.base, table.shift, table.entries))
    }

    #[test]
    fn tables_leave_out_the_bits_that_keys_share() {
        assert_eq!(table(&[8, 16, 24]), Some((8, 3, 3)));
        assert_eq!(table(&[-16, 16]), Some((-16, 5, 2)));
        assert_eq!(table(&[5]), Some((5, 31, 1)));
    }

    #[test]
    fn keys_far_apart_have_no_table() {
        assert_eq!(table(&[0, 8, 80_000]), None);
        assert_eq!(table(&[i32::MIN, 0, 1, i32::MAX]), None);
    }
}
