//! The state while a procedure's CLIF is written, and the small steps that all operations consist
//! of.

use std::collections::BTreeMap;

use abi::native::context;
use abi::primitive::Primitive;
use compiler::codegen::Shared;
use compiler::codegen::frame::Point;
use compiler::id::{IdSet, IdVec};
use compiler::link::native_code::NativeTarget;
use compiler::link::unit::FixupTarget;
use compiler::ssa::analysis::{Allocations, Kinds, Proof, Proofs, Type, Types};
use compiler::ssa::ir::{BlockId, Operation, Procedure, ProcedureId, Unit, ValueId};
use cranelift_codegen::ir::Type as MachineType;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, ExternalName, FuncRef, GlobalValue, GlobalValueData, InstBuilder,
    MemFlagsData, SigRef, StackSlot, StackSlotData, StackSlotKind, TrapCode, UserExternalName,
    UserExternalNameRef, Value, types,
};
use cranelift_frontend::{FunctionBuilder, Variable};

use super::call_place::CallPlace;
use super::external_names::{encode_target, import_body, site_name};
use super::kept::{KeptId, is_remade};
use super::plan::Plan;
use super::record::{Recorder, label};
use super::signature::type_of;
use super::unit_facts::{Reach, UnitFacts};

/// The trap behind calls that do not come back.
pub(super) const UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);

/// Writes one procedure.
pub(super) struct Emitter<'a, 'unit> {
    pub(super) code: FunctionBuilder<'a>,
    pub(super) shared: &'a mut Shared<'unit>,
    pub(super) reach: &'a Reach,
    pub(super) procedure: &'unit Procedure,
    pub(super) plan: &'a Plan,
    pub(super) types: &'a Types<'a>,
    pub(super) proofs: &'a Proofs,
    pub(super) procedure_id: ProcedureId,
    /// Words of values that are immediates.
    pub(super) words: IdVec<ValueId, Option<u64>>,
    /// Operations of values that are made anew at each use.
    pub(super) remade: IdVec<ValueId, Option<&'unit Operation>>,
    /// The block of each block of the procedure.
    pub(super) blocks: IdVec<BlockId, Block>,
    /// The block that is being written.
    pub(super) current: BlockId,
    /// Which of its instructions.
    pub(super) index: usize,
    /// The same, for the record.
    pub(super) point: Point,
    /// What is live where, if that is recorded.
    pub(super) recorder: Option<Recorder>,
    /// The kept values that are live after the operation that is being written.
    pub(super) live: Vec<ValueId>,
    /// Which kept values are in registers.
    pub(super) registers: IdSet<KeptId>,
    /// Which kept values are in their slots.
    pub(super) stored: IdSet<KeptId>,
    /// Where code comes from, by number: what source locations mean.
    pub(super) places: Vec<CallPlace>,
    /// Whether a frame of bytecode goes on here: what is returned is a word then, and the poll of the entry was done.
    pub(super) goes_on: bool,
    values: IdVec<ValueId, Option<Value>>,
    /// The variables of values without slots that may be defined in several places.
    carried: IdVec<ValueId, Option<Variable>>,
    variables: IdVec<KeptId, Variable>,
    slots: Vec<StackSlot>,
    names: BTreeMap<(u32, u32), UserExternalNameRef>,
    data: BTreeMap<UserExternalNameRef, GlobalValue>,
    functions: BTreeMap<ProcedureId, FuncRef>,
    /// How many tail calls have a name.
    sites: u32,
    /// Signatures of functions from so many words to a word.
    pub(super) word_signatures: BTreeMap<usize, SigRef>,
    pub(super) allocate_signature: Option<SigRef>,
    /// Which objects are made together.
    pub(super) allocations: Allocations,
    /// The memory of the group that is being made, and its bytes.
    pub(super) group: Option<(Value, u32)>,
    /// The predicate that only the branch at the end of the block uses.
    pub(super) fused: Option<(Primitive, &'unit [ValueId])>,
}

/// The operations of the values that are made anew at each use.
fn remade<'unit>(
    unit: &Unit,
    procedure: &'unit Procedure,
) -> IdVec<ValueId, Option<&'unit Operation>> {
    let mut remade = procedure.values.side_table(None);
    let blocks = procedure.blocks.iter();
    for instruction in blocks.flat_map(|block| &block.instructions) {
        if let Some(result) = instruction.result
            && is_remade(unit, &instruction.operation)
        {
            remade[result] = Some(&instruction.operation);
        }
    }
    remade
}

impl<'a, 'unit> Emitter<'a, 'unit> {
    /// Starts to write code of a procedure into `code`.
    pub(super) fn new(
        mut code: FunctionBuilder<'a>,
        shared: &'a mut Shared<'unit>,
        facts: &'a UnitFacts<'_>,
        plan: &'a Plan,
        procedure_id: ProcedureId,
    ) -> Self {
        let procedure = &shared.unit().procedures[procedure_id];
        let recorder = (shared.is_recorded()).then(|| Recorder::new(procedure));
        let words = shared.unit().immediate_words(procedure);
        let remade = remade(shared.unit(), procedure);
        let blocks = procedure
            .blocks
            .iter()
            .map(|_| code.create_block())
            .collect();
        let variables = (0..plan.kept.count)
            .map(|_| code.declare_var(types::I64))
            .collect();
        let slots = (0..plan.slot_count)
            .map(|_| {
                let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3);
                code.create_sized_stack_slot(slot)
            })
            .collect();
        Self {
            code,
            shared,
            reach: &facts.reach,
            procedure,
            plan,
            types: &facts.types.procedures[procedure_id],
            proofs: &facts.proofs,
            procedure_id,
            words,
            remade,
            blocks,
            current: BlockId::ENTRY,
            index: 0,
            point: Point::Start(BlockId::ENTRY),
            recorder,
            live: Vec::new(),
            registers: IdSet::empty(plan.kept.count),
            stored: IdSet::empty(plan.kept.count),
            places: Vec::new(),
            goes_on: false,
            values: procedure.values.side_table(None),
            carried: procedure.values.side_table(None),
            variables,
            slots,
            names: BTreeMap::new(),
            data: BTreeMap::new(),
            functions: BTreeMap::new(),
            sites: 0,
            word_signatures: BTreeMap::new(),
            allocate_signature: None,
            allocations: Allocations::new(procedure),
            group: None,
            fused: None,
        }
    }

    // Values

    /// The value, in a register.
    pub(super) fn get(&mut self, value: ValueId) -> Value {
        if let Some(operation) = self.remade[value] {
            return self.remake(operation);
        }
        if let Some(variable) = self.carried[value] {
            return self.code.use_var(variable);
        }
        let Some(place) = self.plan.place(value) else {
            return self.values[value].expect("definitions dominate uses");
        };
        if !self.registers.contains(place) {
            self.reload(place);
        }
        self.code.use_var(self.variables[place])
    }

    /// Reads a kept value from its slot.
    pub(super) fn reload(&mut self, place: KeptId) {
        let slot = self.slot(place);
        let word = self.code.ins().stack_load(types::I64, types::I64, slot, 0);
        self.code.def_var(self.variables[place], word);
        self.registers.insert(place);
    }

    /// Writes a kept value, which is in a register, to its slot.
    pub(super) fn spill(&mut self, place: KeptId) {
        let word = self.code.use_var(self.variables[place]);
        let slot = self.slot(place);
        self.code.ins().stack_store(types::I64, word, slot, 0);
    }

    /// The slot of a kept value.
    pub(super) fn slot(&self, place: KeptId) -> StackSlot {
        self.slots[self.plan.slots[place]]
    }

    /// Defines `value`.
    pub(super) fn define(&mut self, value: ValueId, word: Value) {
        match self.plan.place(value) {
            Some(place) => {
                self.code.def_var(self.variables[place], word);
                self.registers.insert(place);
                self.stored.remove(place);
            }
            None => match self.carried[value] {
                Some(variable) => self.code.def_var(variable, word),
                None => self.values[value] = Some(word),
            },
        }
        if self.recorder.is_some() && self.procedure.values[value].repr.is_raw() {
            self.code.set_val_label(word, label(value));
        }
    }

    /// Lets those of `values` that have no slots be defined here and again elsewhere.
    pub(super) fn carry<'v>(&mut self, values: impl Iterator<Item = &'v ValueId>) {
        self.goes_on = true;
        for &value in values {
            if self.plan.place(value).is_none() {
                let kind = self.machine_type(value);
                self.carried[value] = Some(self.code.declare_var(kind));
            }
        }
    }

    /// What a value that has no slot is for Cranelift.
    pub(super) fn raw_value(&self, value: ValueId) -> Option<Value> {
        self.values[value]
    }

    /// The machine type of a value.
    pub(super) fn machine_type(&self, value: ValueId) -> MachineType {
        type_of(self.procedure.values[value].repr)
    }

    /// What is known of a value where code is written.
    pub(super) fn type_at(&self, value: ValueId) -> Type {
        self.types.at(value, (self.current, self.index))
    }

    /// Whether a value is known to be of one of these kinds.
    pub(super) fn is_of(&self, value: ValueId, kinds: Kinds) -> bool {
        self.type_at(value).is_of(kinds)
    }

    /// Whether a check of the operation that is being written always passes.
    pub(super) fn proves(&self, proof: Proof) -> bool {
        self.proofs
            .at(self.procedure_id, self.current, self.index)
            .has(proof)
    }

    /// The fixnum, immediate or flonum that a value always is.
    pub(super) fn word_of(&self, value: ValueId) -> Option<u64> {
        self.words[value]
    }

    // Constants and memory

    /// A constant word.
    pub(super) fn word(&mut self, word: u64) -> Value {
        self.code.ins().iconst(types::I64, word.cast_signed())
    }

    /// Reads a word, which is there.
    pub(super) fn load(&mut self, base: Value, offset: i32) -> Value {
        self.load_as(types::I64, base, offset)
    }

    /// Reads something of `kind`, which is there.
    pub(super) fn load_as(&mut self, kind: MachineType, base: Value, offset: i32) -> Value {
        self.code
            .ins()
            .load(kind, MemFlagsData::trusted(), base, offset)
    }

    /// Writes a word.
    pub(super) fn store(&mut self, value: Value, base: Value, offset: i32) {
        self.code
            .ins()
            .store(MemFlagsData::trusted(), value, base, offset);
    }

    /// The mutator's address.
    pub(super) fn mutator(&mut self) -> Value {
        self.code.ins().get_pinned_reg(types::I64)
    }

    /// Writes a constant word of the mutator.
    pub(super) fn set_context(&mut self, offset: i32, word: u64) {
        let value = self.word(word);
        let mutator = self.mutator();
        self.store(value, mutator, offset);
    }

    /// Writes the number of arguments or values.
    pub(super) fn set_argument_count(&mut self, count: usize) {
        self.set_context(context::ARGUMENT_COUNT, count as u64);
    }

    /// The address of what a hole can lead to.
    pub(super) fn address(&mut self, target: FixupTarget) -> Value {
        let name = self.name(NativeTarget::Image(target));
        let function = &mut *self.code.func;
        let data = *self.data.entry(name).or_insert_with(|| {
            function.create_global_value(GlobalValueData::Symbol {
                name: ExternalName::user(name),
                offset: 0.into(),
                colocated: true,
                tls: false,
            })
        });
        self.code.ins().symbol_value(types::I64, data)
    }

    /// Notes where a tail call stands, for errors: behind an instruction that has the place of the call.
    pub(super) fn set_call_site(&mut self) {
        let function = &mut *self.code.func;
        let name = site_name(self.sites);
        self.sites += 1;
        let name = function.declare_imported_user_function(name);
        let data = function.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: 0.into(),
            colocated: true,
            tls: false,
        });
        let site = self.code.ins().symbol_value(types::I64, data);
        let mutator = self.mutator();
        self.store(site, mutator, context::CALL_SITE);
    }

    /// The body of a procedure with native code.
    pub(super) fn body(&mut self, procedure: ProcedureId) -> FuncRef {
        if let Some(&function) = self.functions.get(&procedure) {
            return function;
        }
        let parameters = &self.reach.bodies[procedure];
        let function = import_body(&mut self.code, parameters, procedure);
        self.functions.insert(procedure, function);
        function
    }

    fn name(&mut self, target: NativeTarget) -> UserExternalNameRef {
        let (namespace, index) = encode_target(target);
        *self.names.entry((namespace, index)).or_insert_with(|| {
            self.code
                .func
                .declare_imported_user_function(UserExternalName::new(namespace, index))
        })
    }

    // Control

    /// A block for what seldom happens.
    pub(super) fn cold_block(&mut self) -> Block {
        let block = self.code.create_block();
        self.code.set_cold_block(block);
        block
    }

    /// A block on the way that is being written: as seldom reached as that.
    pub(super) fn next_block(&mut self) -> Block {
        let block = self.code.create_block();
        let current = self.code.current_block();
        if current.is_some_and(|current| self.code.func.layout.is_cold(current)) {
            self.code.set_cold_block(block);
        }
        block
    }

    /// Starts `block`, all of whose predecessors are written.
    pub(super) fn start(&mut self, block: Block) {
        self.code.switch_to_block(block);
        self.code.seal_block(block);
    }

    /// Goes on if `condition` holds, else to `cold`.
    pub(super) fn require(&mut self, condition: Value, cold: Block) {
        let next = self.next_block();
        self.code.ins().brif(condition, next, &[], cold, &[]);
        self.start(next);
    }

    /// Goes to `cold` if `condition` holds, else on.
    pub(super) fn unless(&mut self, condition: Value, cold: Block) {
        let next = self.next_block();
        self.code.ins().brif(condition, cold, &[], next, &[]);
        self.start(next);
    }

    /// A block in which ways with different values meet, and the value.
    pub(super) fn merge_block(&mut self, kind: MachineType) -> (Block, Value) {
        let block = self.next_block();
        let value = self.code.append_block_param(block, kind);
        (block, value)
    }

    /// Jumps to `block` with a value.
    pub(super) fn jump_with(&mut self, block: Block, value: Value) {
        self.code.ins().jump(block, &[BlockArg::Value(value)]);
    }

    /// Whether `word` has `tag`, as a condition; and the word less the tag.
    pub(super) fn untagged(&mut self, word: Value, tag: u64) -> (Value, Value) {
        let address = self.code.ins().iadd_imm_s(word, -tag.cast_signed());
        let rest = self
            .code
            .ins()
            .band_imm_s(address, abi::tag::TAG_MASK.cast_signed());
        (rest, address)
    }

    /// `a == word` as a condition.
    pub(super) fn is_word(&mut self, a: Value, word: u64) -> Value {
        self.code
            .ins()
            .icmp_imm_s(IntCC::Equal, a, word.cast_signed())
    }
}
