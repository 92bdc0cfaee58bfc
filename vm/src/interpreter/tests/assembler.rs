//! A tiny assembler: procedures in memory of their own, without an image.

use abi::frame_map::{self, SlotState};
use abi::isa::{
    AnyLocal, BranchOffset, CodeOffset, Count, Instruction, Into, IntoAny, IntoReturned, Local,
    MapOffset, Opcode, Small, Word,
};
use abi::object_layout::closure;
use abi::procedure::{PROCEDURE_ALIGN_BYTES, ProcedureHeader};
use abi::tag::{self, Kind};

use crate::mutator::Mutator;
use crate::value::Value;

/// A place in the code, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodePlace(usize);

/// What a procedure takes and needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    pub(super) required: u16,
    pub(super) optional: u8,
    pub(super) has_rest: bool,
    /// All slots that it uses, those of its callees' arguments included.
    pub(super) slots: u32,
    /// The entry map: one letter a slot, as `SlotState::letter`.
    pub(super) entry: &'static str,
}

/// Code under construction.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    bytes: Vec<u8>,
}

/// Finished code, which stays for ever.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code(usize);

impl Assembler {
    /// Adds a frame map, one letter a slot.
    pub(super) fn map(&mut self, letters: &str) -> CodePlace {
        let states = letters.chars().map(|letter| match letter {
            '-' => SlotState::Unused,
            'd' => SlotState::Dead,
            'r' => SlotState::Raw,
            'L' => SlotState::Live,
            other => panic!("no slot state is written {other}"),
        });
        let place = CodePlace(self.bytes.len());
        frame_map::encode(&states.collect::<Vec<_>>(), &mut self.bytes);
        place
    }

    /// Starts a procedure.
    pub(super) fn procedure(&mut self, shape: Shape) -> CodePlace {
        let entry = self.map(shape.entry);
        self.bytes
            .resize(self.bytes.len().next_multiple_of(PROCEDURE_ALIGN_BYTES), 0);
        let place = CodePlace(self.bytes.len());
        let header = ProcedureHeader {
            required: shape.required,
            optional: shape.optional,
            flags: u8::from(shape.has_rest),
            frame_bytes: 8 * (shape.slots + 1),
            entry_map: entry.0 as i32 - place.0 as i32,
            ..ProcedureHeader::default()
        };
        self.bytes
            .extend_from_slice(&header.with_arity_key().encode());
        place
    }

    pub(super) fn emit(&mut self, instruction: Instruction) -> CodePlace {
        let place = CodePlace(self.bytes.len());
        instruction.encode(&mut self.bytes);
        place
    }

    /// From the end of the next instruction to `target`.
    fn distance(&self, opcode: Opcode, target: CodePlace) -> i32 {
        target.0 as i32 - (self.bytes.len() + opcode.instruction_bytes()) as i32
    }

    pub(super) fn map_offset(&self, opcode: Opcode, map: CodePlace) -> MapOffset {
        MapOffset(self.distance(opcode, map))
    }

    pub(super) fn call(&mut self, arguments: u16, dst: u16, words: u16, map: CodePlace) {
        let map = self.map_offset(Opcode::Call, map);
        let (arguments, words) = (Count(arguments), Count(words));
        self.emit(Instruction::Call {
            arguments,
            dst: IntoReturned(dst),
            words,
            map,
        });
    }

    pub(super) fn call_known(&mut self, target: CodePlace, dst: u16, words: u16, map: CodePlace) {
        let map = self.map_offset(Opcode::CallKnown, map);
        let target = CodeOffset(self.distance(Opcode::CallKnown, target));
        self.emit(Instruction::CallKnown {
            target,
            dst: IntoReturned(dst),
            words: Count(words),
            map,
        });
    }

    pub(super) fn jump_poll(&mut self, target: CodePlace, map: CodePlace) {
        let offset = BranchOffset(self.distance(Opcode::JumpPoll, target));
        let map = self.map_offset(Opcode::JumpPoll, map);
        self.emit(Instruction::JumpPoll { offset, map });
    }

    /// A branch back to `target` with a poll before it.
    pub(super) fn poll_branch_not_equal(
        &mut self,
        a: u16,
        value: i16,
        target: CodePlace,
        map: CodePlace,
    ) {
        let opcode = Opcode::PollBranchNotEqualSmall;
        let offset = BranchOffset(self.distance(opcode, target));
        let map = self.map_offset(opcode, map);
        let (a, value) = (Local(a), Small(value));
        self.emit(Instruction::PollBranchNotEqualSmall {
            a,
            value,
            offset,
            map,
        });
    }

    /// A byte that may not be an instruction.
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A forward branch on a small number, see [`Self::land`]: it has no map.
    pub(super) fn branch_not_equal(&mut self, a: u16, value: i16) -> CodePlace {
        let (a, value, offset, map) = (Local(a), Small(value), BranchOffset(0), MapOffset(0));
        self.emit(Instruction::BranchNotEqualSmall {
            a,
            value,
            offset,
            map,
        })
    }

    /// A forward branch on a small number, see [`Self::land`]: it has no map.
    pub(super) fn branch_equal(&mut self, a: u16, value: i16) -> CodePlace {
        let (a, value, offset, map) = (Local(a), Small(value), BranchOffset(0), MapOffset(0));
        self.emit(Instruction::BranchEqualSmall {
            a,
            value,
            offset,
            map,
        })
    }

    pub(super) fn add_small(&mut self, dst: u16, a: u16, value: i16, map: CodePlace) {
        let map = self.map_offset(Opcode::AddSmall, map);
        let (dst, a, value) = (Into(dst), Local(a), Small(value));
        self.emit(Instruction::AddSmall { dst, a, value, map });
    }

    pub(super) fn load_small(&mut self, dst: u16, value: i16) -> CodePlace {
        let (dst, value) = (Into(dst), Small(value));
        self.emit(Instruction::LoadSmall { dst, value })
    }

    pub(super) fn load_null(&mut self, dst: u16) {
        let (dst, word) = (Into(dst), Word(tag::NULL));
        self.emit(Instruction::LoadWord { dst, word });
    }

    pub(super) fn copy(&mut self, dst: u16, src: u16) {
        let (dst, src) = (IntoAny(dst), AnyLocal(src));
        self.emit(Instruction::Copy { dst, src });
    }

    pub(super) fn cons(&mut self, dst: u16, car: u16, cdr: u16) -> CodePlace {
        let (dst, car, cdr) = (Into(dst), Local(car), Local(cdr));
        self.emit(Instruction::Cons { dst, car, cdr })
    }

    pub(super) fn car(&mut self, dst: u16, pair: u16) {
        let (dst, pair) = (Into(dst), Local(pair));
        self.emit(Instruction::Car { dst, pair });
    }

    pub(super) fn reinstate(&mut self, continuation: u16, values: u16) {
        let (continuation, values) = (Local(continuation), Local(values));
        self.emit(Instruction::Reinstate {
            continuation,
            values,
        });
    }

    pub(super) fn return_value(&mut self, src: u16) {
        self.emit(Instruction::ReturnValue { src: Local(src) });
    }

    /// Lets the branch at `branch`, whose offset is its last operand, lead to here.
    pub(super) fn land(&mut self, branch: CodePlace) {
        let opcode = Opcode::from_byte(self.bytes[branch.0]).unwrap();
        let end = branch.0 + opcode.instruction_bytes();
        let distance = (self.bytes.len() - end) as i32;
        let map_bytes = match opcode {
            Opcode::BranchEqualSmall | Opcode::BranchNotEqualSmall => size_of::<MapOffset>(),
            _ => 0,
        };
        let end = end - map_bytes;
        self.bytes[end - 4..end].copy_from_slice(&distance.to_le_bytes());
    }

    pub(super) fn finish(self) -> Code {
        let bytes = self.bytes.len() + PROCEDURE_ALIGN_BYTES;
        let memory: &'static mut [u8] = Vec::leak(vec![0; bytes]);
        let start = memory
            .as_ptr()
            .expose_provenance()
            .next_multiple_of(PROCEDURE_ALIGN_BYTES);
        let offset = start - memory.as_ptr().addr();
        memory[offset..offset + self.bytes.len()].copy_from_slice(&self.bytes);
        Code(start)
    }
}

impl Code {
    /// A closure of the procedure at `place`.
    pub(super) fn closure<'m>(self, m: &'m Mutator<'_>, place: CodePlace) -> Value<'m> {
        let object = m.allocate_values(Kind::Closure, 1, Value::FALSE);
        let code = (self.0 + place.0) as u64;
        let place = object.address().offset_bytes(closure::CODE);
        // SAFETY: the code word of a fresh closure.
        unsafe { place.store_word(code) };
        object.value()
    }
}
