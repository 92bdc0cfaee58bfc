//! Runs the CLIF of a procedure, on words and a memory of the test's own, up to the first call of a
//! stub. So a test sees whether a short path is taken.

use std::cmp::Ordering;
use std::collections::HashMap;

use abi::native::{Stub, chunk_kind, context};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{
    Block, BlockArg, Function, Inst, InstructionData, Opcode, Type, Value, types,
};

/// How a procedure ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It returned this word without any call.
    Returned(u64),
    /// It called a stub, or jumped to one.
    Called(Stub),
}

/// Where the mutator is.
const MUTATOR: u64 = 0x10_0000;
/// Where the table of kinds is.
const KINDS: u64 = 0x18_0000;
/// What the mutator's words for stubs hold: this and their number.
const STUBS: u64 = 0xcafe_0000;
/// Instructions after which a procedure is taken for an endless loop.
const STEPS_MAX: usize = 10_000_000;

/// Bytes that were written.
pub(super) struct Memory {
    bytes: HashMap<u64, u8>,
    next: u64,
}

impl Memory {
    /// The words of a mutator: no poll is due, and there is memory to allocate.
    pub(super) fn new() -> Self {
        let mut memory = Self {
            bytes: HashMap::new(),
            next: 0x20_0000,
        };
        let limit = memory.object(&[0]);
        let at = |offset: i32| MUTATOR + u64::from(offset.unsigned_abs());
        memory.store(at(context::POLL_LIMIT_ADDRESS), limit, 8);
        memory.store(at(context::ALLOCATION_CURSOR), 0x80_0000, 8);
        memory.store(at(context::ALLOCATION_LIMIT), 0x90_0000, 8);
        memory.store(at(context::NURSERY_START), 0, 8);
        memory.store(at(context::NURSERY_BYTES), 1 << 40, 8);
        for &stub in Stub::ALL {
            memory.store(at(context::stub_word(stub)), STUBS + stub as u64, 8);
        }
        memory
    }

    /// Puts further objects into chunk `number`, which is of this kind: to the nursery, that of kind
    /// [`chunk_kind::NURSERY`], and no other.
    pub(super) fn go_to_chunk(&mut self, number: u64, kind: u8) {
        let at = |offset: i32| MUTATOR + u64::from(offset.unsigned_abs());
        self.store(at(context::KIND_TABLE), KINDS, 8);
        self.store(KINDS + number, u64::from(kind), 1);
        self.next = number << chunk_kind::CHUNK_SHIFT;
        if kind == chunk_kind::NURSERY {
            self.store(at(context::NURSERY_START), self.next, 8);
            self.store(at(context::NURSERY_BYTES), 1 << chunk_kind::CHUNK_SHIFT, 8);
        }
    }

    /// The address of an object of these words.
    pub(super) fn object(&mut self, words: &[u64]) -> u64 {
        let address = self.next;
        for (&word, index) in words.iter().zip(0..) {
            self.store(address + 8 * index, word, 8);
        }
        self.next += (8 * words.len() as u64).next_multiple_of(16);
        address
    }

    pub(super) fn store(&mut self, address: u64, word: u64, bytes: u32) {
        for (byte, index) in word.to_le_bytes().into_iter().zip(0..bytes) {
            self.bytes.insert(address + u64::from(index), byte);
        }
    }

    pub(super) fn load(&self, address: u64, bytes: u32) -> u64 {
        (0..bytes).rev().fold(0, |word, index| {
            let byte = self.bytes.get(&(address + u64::from(index)));
            word << 8 | u64::from(*byte.unwrap_or_else(|| panic!("nothing is at {address:#x}")))
        })
    }
}

/// Runs `function`, whose closure is no argument, with these words.
pub(super) fn execute(function: &Function, words: &[u64], memory: &mut Memory) -> End {
    let mut run = Run {
        function,
        values: HashMap::new(),
        memory,
    };
    let mut block = function
        .layout
        .entry_block()
        .expect("a function has blocks");
    let mut given = words.to_vec();
    for _ in 0..STEPS_MAX {
        let parameters = function.dfg.block_params(block);
        assert_eq!(parameters.len(), given.len());
        run.values.extend(parameters.iter().copied().zip(given));
        match run.block(block) {
            Next::Jump(to, words) => (block, given) = (to, words),
            Next::End(end) => return end,
        }
    }
    panic!("the procedure does not end: {}", function.display())
}

enum Next {
    Jump(Block, Vec<u64>),
    End(End),
}

struct Run<'a> {
    function: &'a Function,
    values: HashMap<Value, u64>,
    memory: &'a mut Memory,
}

/// The low bits of `word` that `kind` has.
fn cut(word: u64, kind: Type) -> u64 {
    match kind.bits() {
        64 => word,
        bits => word & ((1 << bits) - 1),
    }
}

/// As a signed integer of `kind`.
fn signed(word: u64, kind: Type) -> i64 {
    let unused = 64 - kind.bits();
    (word << unused).cast_signed() >> unused
}

impl Run<'_> {
    fn block(&mut self, block: Block) -> Next {
        for inst in self.function.layout.block_insts(block) {
            if let Some(step) = self.instruction(inst) {
                return step;
            }
        }
        panic!("blocks end with a jump")
    }

    fn jump(&self, inst: Inst, which: usize) -> Next {
        let dfg = &self.function.dfg;
        let calls = dfg.insts[inst].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
        let call = calls[which];
        let word = |argument| match argument {
            BlockArg::Value(value) => self.values[&value],
            other => panic!("{other:?} is no value"),
        };
        let words = call.args(&dfg.value_lists).map(word).collect();
        Next::Jump(call.block(&dfg.value_lists), words)
    }

    /// The stub whose word was called.
    fn stub(&self, target: Value) -> Next {
        let number = self.values[&target].checked_sub(STUBS);
        let mut stubs = Stub::ALL.iter();
        let stub = stubs.find(|&&stub| Some(stub as u64) == number);
        Next::End(End::Called(*stub.expect("only stubs are called")))
    }

    fn instruction(&mut self, inst: Inst) -> Option<Next> {
        let dfg = &self.function.dfg;
        let data = dfg.insts[inst];
        let arguments = dfg.inst_args(inst);
        let given: Vec<u64> = arguments.iter().map(|value| self.values[value]).collect();
        let kind = arguments
            .first()
            .map_or(types::I64, |&first| dfg.value_type(first));
        let results = dfg.inst_results(inst);
        let words = match data.opcode() {
            Opcode::Jump => return Some(self.jump(inst, 0)),
            Opcode::Brif => return Some(self.jump(inst, usize::from(given[0] == 0))),
            Opcode::Return => return Some(Next::End(End::Returned(given[0]))),
            Opcode::CallIndirect | Opcode::ReturnCallIndirect => {
                return Some(self.stub(arguments[0]));
            }
            Opcode::SaddOverflow | Opcode::SsubOverflow | Opcode::SmulOverflow => {
                let (a, b) = (given[0].cast_signed(), given[1].cast_signed());
                let (word, wrong) = match data.opcode() {
                    Opcode::SaddOverflow => a.overflowing_add(b),
                    Opcode::SsubOverflow => a.overflowing_sub(b),
                    _ => a.overflowing_mul(b),
                };
                vec![word.cast_unsigned(), u64::from(wrong)]
            }
            _ => match self.access(data, &given, kind, results) {
                Some(words) => words,
                None => vec![compute(data, &given, kind)],
            },
        };
        for (&result, word) in results.iter().zip(words) {
            self.values
                .insert(result, cut(word, dfg.value_type(result)));
        }
        None
    }

    /// Memory and the registers that are no values: what they give, if `data` is of these.
    fn access(
        &mut self,
        data: InstructionData,
        given: &[u64],
        kind: Type,
        results: &[Value],
    ) -> Option<Vec<u64>> {
        let kind_of = |value: &Value| self.function.dfg.value_type(*value);
        let place = |base: u64, offset: i32| base.wrapping_add_signed(i64::from(offset));
        Some(match data {
            InstructionData::Load { opcode, offset, .. } => {
                let bytes = match opcode {
                    Opcode::Uload8 => 1,
                    Opcode::Uload16 => 2,
                    Opcode::Uload32 => 4,
                    Opcode::Load => results.first().map(kind_of).expect("a result").bytes(),
                    other => panic!("{other} is not executed yet"),
                };
                vec![self.memory.load(place(given[0], offset.into()), bytes)]
            }
            InstructionData::Store { opcode, offset, .. } => {
                let bytes = if opcode == Opcode::Istore8 {
                    1
                } else {
                    kind.bytes()
                };
                let at = place(given[1], offset.into());
                self.memory.store(at, given[0], bytes);
                Vec::new()
            }
            InstructionData::StackAddr { stack_slot, .. } => {
                vec![0xf0_0000 + 8 * u64::from(stack_slot.as_u32())]
            }
            _ if data.opcode() == Opcode::AtomicLoad => vec![self.memory.load(given[0], 8)],
            _ if data.opcode() == Opcode::GetPinnedReg => vec![MUTATOR],
            _ if data.opcode() == Opcode::GetStackPointer => vec![0xff_0000],
            _ => return None,
        })
    }
}

/// What instructions compute that have no effect.
fn compute(data: InstructionData, given: &[u64], kind: Type) -> u64 {
    let double = |index: usize| f64::from_bits(given[index]);
    let shift = |count: u64| (count % u64::from(kind.bits())) as u32;
    match data {
        InstructionData::UnaryImm { imm, .. } => return imm.bits().cast_unsigned(),
        InstructionData::UnaryIeee64 { imm, .. } => return imm.bits(),
        InstructionData::IntCompare { cond, .. } => {
            let (a, b) = (given[0], given[1]);
            let (x, y) = (signed(a, kind), signed(b, kind));
            return u64::from(match cond {
                IntCC::Equal => a == b,
                IntCC::NotEqual => a != b,
                IntCC::SignedLessThan => x < y,
                IntCC::SignedGreaterThanOrEqual => x >= y,
                IntCC::SignedGreaterThan => x > y,
                IntCC::SignedLessThanOrEqual => x <= y,
                IntCC::UnsignedLessThan => a < b,
                IntCC::UnsignedGreaterThanOrEqual => a >= b,
                IntCC::UnsignedGreaterThan => a > b,
                IntCC::UnsignedLessThanOrEqual => a <= b,
            });
        }
        InstructionData::FloatCompare { cond, .. } => {
            let (a, b) = (double(0), double(1));
            return u64::from(match cond {
                FloatCC::Equal => a.partial_cmp(&b) == Some(Ordering::Equal),
                FloatCC::NotEqual => a.partial_cmp(&b) != Some(Ordering::Equal),
                FloatCC::LessThan => a < b,
                FloatCC::LessThanOrEqual => a <= b,
                FloatCC::GreaterThan => a > b,
                FloatCC::GreaterThanOrEqual => a >= b,
                other => panic!("{other} is not executed yet"),
            });
        }
        _ => {}
    }
    match data.opcode() {
        Opcode::Iadd => given[0].wrapping_add(given[1]),
        Opcode::Isub => given[0].wrapping_sub(given[1]),
        Opcode::Imul => given[0].wrapping_mul(given[1]),
        Opcode::Sdiv => (given[0].cast_signed() / given[1].cast_signed()).cast_unsigned(),
        Opcode::Srem => (given[0].cast_signed() % given[1].cast_signed()).cast_unsigned(),
        Opcode::Band => given[0] & given[1],
        Opcode::Bor => given[0] | given[1],
        Opcode::Bxor => given[0] ^ given[1],
        Opcode::Ishl => given[0] << shift(given[1]),
        Opcode::Ushr => given[0] >> shift(given[1]),
        Opcode::Sshr => (signed(given[0], kind) >> shift(given[1])).cast_unsigned(),
        Opcode::Rotl => given[0].rotate_left(shift(given[1])),
        Opcode::Rotr => given[0].rotate_right(shift(given[1])),
        Opcode::Umin => given[0].min(given[1]),
        Opcode::Ineg => given[0].wrapping_neg(),
        Opcode::Ireduce | Opcode::Uextend | Opcode::Bitcast => given[0],
        Opcode::Select => given[if given[0] == 0 { 2 } else { 1 }],
        Opcode::FcvtFromSint => (signed(given[0], kind) as f64).to_bits(),
        Opcode::Fneg => (-double(0)).to_bits(),
        Opcode::Fabs => double(0).abs().to_bits(),
        Opcode::Sqrt => double(0).sqrt().to_bits(),
        Opcode::Fadd => (double(0) + double(1)).to_bits(),
        Opcode::Fsub => (double(0) - double(1)).to_bits(),
        Opcode::Fmul => (double(0) * double(1)).to_bits(),
        Opcode::Fdiv => (double(0) / double(1)).to_bits(),
        other => panic!("{other} is not executed yet"),
    }
}
