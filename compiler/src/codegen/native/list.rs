//! Lists of a known length, made where they are asked for.

use abi::object_layout::pair;
use abi::primitive::Primitive;
use abi::tag::{self, TAG_PAIR};
use cranelift_codegen::ir::{InstBuilder, Value};

use super::emitter::Emitter;
use crate::ssa::ir::ValueId;

/// Pairs of a list that is made in place; longer ones are left to the primitive.
const PAIRS_MAX: usize = 8;

/// How many pairs a primitive makes of so many operands, in place.
pub(super) fn pairs_in_place(primitive: Primitive, operand_count: usize) -> Option<usize> {
    let count = match primitive {
        Primitive::List => operand_count,
        Primitive::ConsStar => operand_count.checked_sub(1)?,
        _ => return None,
    };
    (1..=PAIRS_MAX).contains(&count).then_some(count)
}

impl Emitter<'_, '_> {
    /// A list, by one allocation for all its pairs.
    pub(super) fn list_in_place(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
    ) -> Option<Value> {
        let count = pairs_in_place(primitive, operands.len())?;
        let words: Vec<Value> = operands.iter().map(|&operand| self.get(operand)).collect();
        let last = match words.get(count) {
            Some(&last) => last,
            None => self.word(tag::NULL),
        };
        let start = self.allocate((count * pair::BYTES) as u64);
        let list = self.code.ins().iadd_imm_s(start, TAG_PAIR.cast_signed());
        for (index, &word) in words[..count].iter().enumerate() {
            let offset = (index * pair::BYTES) as i32;
            let next = if index + 1 == count {
                last
            } else {
                let distance = pair::BYTES as i64 * (index as i64 + 1);
                self.code.ins().iadd_imm_s(list, distance)
            };
            self.store(word, start, offset + pair::CAR as i32);
            self.store(next, start, offset + pair::CDR as i32);
        }
        Some(list)
    }
}
