//! Many-way branches, by Cranelift's jump tables and searches.

use abi::object_layout::{string, symbol};
use abi::tag::{Kind, TAG_BITS, TAG_OBJECT};
use compiler::ssa::ir::{Switch, SwitchKey};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::emitter::Emitter;
use super::type_test::KIND_BYTE;

impl Emitter<'_, '_> {
    /// Jumps to the block of the case that the value has.
    pub(super) fn switch(&mut self, switch: &Switch) {
        let word = self.get(switch.value);
        let default = self.blocks[switch.default.block];
        let (base, shift) = steps(switch);
        let key = match switch.key {
            SwitchKey::Word => {
                let distance = self.code.ins().iadd_imm_s(word, -i64::from(base));
                // Words between the keys become large.
                self.code.ins().rotr_imm_s(distance, i64::from(shift))
            }
            SwitchKey::SymbolHash { shift, bits } => {
                let hash = self.field_or(default, word, Kind::Symbol, symbol::HASH);
                let low = i64::from(TAG_BITS) + i64::from(shift);
                let rest = self.code.ins().ushr_imm_s(hash, low);
                self.code.ins().band_imm_s(rest, (1 << bits) - 1)
            }
            SwitchKey::StringLength => {
                let length = self.field_or(default, word, Kind::String, string::LENGTH);
                self.code.ins().ushr_imm_s(length, i64::from(TAG_BITS))
            }
        };
        let mut table = cranelift_frontend::Switch::new();
        for (case, target) in &switch.cases {
            let entry = case.abs_diff(base) >> shift;
            table.set_entry(entry.into(), self.blocks[target.block]);
        }
        table.emit(&mut self.code, key, default);
    }

    /// A field of an object of `kind`; whatever is none goes to `other`.
    fn field_or(&mut self, other: Block, word: Value, kind: Kind, offset: usize) -> Value {
        let (rest, address) = self.untagged(word, TAG_OBJECT);
        let object = self.next_block();
        self.code.ins().brif(rest, other, &[], object, &[]);
        self.start(object);
        let found = self.load_as(types::I8, address, KIND_BYTE);
        let is_kind = self
            .code
            .ins()
            .icmp_imm_s(IntCC::Equal, found, i64::from(kind as u8));
        let fitting = self.next_block();
        self.code.ins().brif(is_kind, fitting, &[], other, &[]);
        self.start(fitting);
        self.load(address, offset as i32)
    }
}

/// The least key and how far, as a power of two, all keys are apart; keys that are no words are taken
/// as they are.
fn steps(switch: &Switch) -> (i32, u32) {
    let base = switch.cases[0].0;
    if switch.key != SwitchKey::Word {
        return (0, 0);
    }
    let bits = switch
        .cases
        .iter()
        .fold(0, |bits, case| bits | (case.0 ^ base));
    (base, bits.trailing_zeros().min(i32::BITS - 1))
}
