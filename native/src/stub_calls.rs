//! Calls that are safepoints: values go to their slots before the call, and the frame map names the
//! slots.

use abi::native::{RuntimeOperation, Stub, context};
use abi::primitive::Primitive;
use compiler::codegen::frame::Point;
use compiler::core::ir::SourcePlace;
use cranelift_codegen::ir::{
    AbiParam, Inst, InstBuilder, SigRef, Signature, SourceLoc, UserStackMapEntry, Value, types,
};
use cranelift_codegen::isa::CallConv;

use super::call_place::{CallPlace, Listed};
use super::emitter::{Emitter, UNREACHABLE};
use super::kept::KeptId;
use super::safepoints::{Safepoint, at_end, at_operation, at_primitive};

impl Emitter<'_, '_> {
    /// What follows comes from `place`.
    pub(super) fn set_place(&mut self, place: SourcePlace) {
        self.list(place, Listed::Ordinary);
    }

    /// The calls that follow are listed like this.
    pub(super) fn list_as(&mut self, listed: Listed) {
        let place = self
            .places
            .last()
            .map_or(SourcePlace::default(), |last| last.place);
        self.list(place, listed);
    }

    fn list(&mut self, place: SourcePlace, listed: Listed) {
        let point = self.recorder.as_ref().map(|_| self.point);
        let next = CallPlace {
            place,
            listed,
            point,
        };
        if self.places.last() != Some(&next) {
            self.places.push(next);
        }
        let number = self.places.len() as u32 - 1;
        self.code.set_srcloc(SourceLoc::new(number));
    }

    /// The signature of functions from `count` words to a word.
    pub(super) fn word_signature(&mut self, count: usize) -> SigRef {
        if let Some(&signature) = self.word_signatures.get(&count) {
            return signature;
        }
        let mut signature = Signature::new(CallConv::Tail);
        signature.params = vec![AbiParam::new(types::I64); count];
        signature.returns = vec![AbiParam::new(types::I64)];
        let signature = self.code.import_signature(signature);
        self.word_signatures.insert(count, signature);
        signature
    }

    /// The address of a stub.
    pub(super) fn stub(&mut self, stub: Stub) -> Value {
        let mutator = self.mutator();
        self.load(mutator, context::stub_word(stub))
    }

    /// A call of a function from words to a word.
    pub(super) fn call_words(&mut self, target: Value, arguments: &[Value]) -> Inst {
        self.expect_listed();
        let signature = self.word_signature(arguments.len());
        self.code.ins().call_indirect(signature, target, arguments)
    }

    /// Before a call that comes back and that a collection may find on the stack.
    pub(super) fn expect_listed(&self) {
        debug_assert!(
            (self.places.last()).is_some_and(|place| place.listed != Listed::Never),
            "only tail calls and allocations are not return points"
        );
    }

    /// What [`super::safepoints`] says of what is being written.
    fn announced(&self) -> Safepoint {
        let block = &self.procedure.blocks[self.current];
        let last = || self.predicate_of_branch(self.current, self.index.checked_sub(1)?);
        match block.instructions.get(self.index) {
            // The poll of the entry comes before anything.
            _ if self.point == Point::Start(self.current) => Safepoint::Cold,
            Some(instruction) => at_operation(&instruction.operation),
            None => match last() {
                Some((primitive, _)) => at_primitive(primitive),
                None => at_end(&block.terminator),
            },
        }
    }

    /// Before a call on every path: stores what is live after it.
    pub(super) fn store_live(&mut self) {
        debug_assert_eq!(
            self.announced(),
            Safepoint::Always,
            "what is live has slots"
        );
        for value in std::mem::take(&mut self.live) {
            if let Some(place) = self.plan.place(value)
                && !self.stored.contains(place)
            {
                self.spill(place);
                self.stored.insert(place);
            }
            self.live.push(value);
        }
    }

    /// After a call on every path.
    pub(super) fn finish_call(&mut self, call: Inst) {
        self.name_live_slots(call);
        self.registers.clear();
    }

    /// Tells the frame map of `call` which slots are live.
    fn name_live_slots(&mut self, call: Inst) {
        debug_assert!(
            self.plan.has_own_slots(&self.live),
            "values that are live across a safepoint share no slot"
        );
        for &value in &self.live {
            if let Some(place) = self.plan.place(value) {
                let entry = UserStackMapEntry {
                    ty: types::I64,
                    slot: self.slot(place),
                    offset: 0,
                };
                self.code.func.dfg.append_user_stack_map_entry(call, entry);
            }
        }
        self.record_safepoint();
    }

    /// On a slow path: a call of a stub that comes back. What is known of slots and registers stays as
    /// it is.
    pub(super) fn call_stub(&mut self, stub: Stub, arguments: &[Value]) -> Value {
        debug_assert_ne!(self.announced(), Safepoint::None, "what is live has slots");
        let live: Vec<KeptId> = self
            .live
            .iter()
            .filter_map(|&value| self.plan.place(value))
            .collect();
        for &place in &live {
            if !self.stored.contains(place) {
                self.spill(place);
            }
        }
        let target = self.stub(stub);
        let listed = self.places.last().map(|last| last.listed);
        self.list_as(Listed::Operation);
        let call = self.call_words(target, arguments);
        self.list_as(listed.unwrap_or_default());
        self.name_live_slots(call);
        for &place in &live {
            if self.registers.contains(place) {
                self.reload(place);
            }
        }
        self.code.inst_results(call)[0]
    }

    /// A call of a primitive through a stub, on a slow path.
    pub(super) fn call_primitive(&mut self, primitive: Primitive, operands: &[Value]) -> Value {
        let (stub, arguments) = self.primitive_arguments(primitive, operands);
        self.call_stub(stub, &arguments)
    }

    /// The stub that calls `primitive`, and its arguments: operands are written to the mutator.
    pub(super) fn primitive_arguments(
        &mut self,
        primitive: Primitive,
        operands: &[Value],
    ) -> (Stub, [Value; 1]) {
        let number = self.word(u64::from(primitive.index()));
        let stub = match operands.len() {
            1 => Stub::Primitive1,
            2 => Stub::Primitive2,
            3 => Stub::Primitive3,
            count => {
                for (index, &operand) in operands.iter().enumerate() {
                    self.store_argument(index, operand);
                }
                self.set_argument_count(count);
                return (Stub::PrimitiveMany, [number]);
            }
        };
        self.store_operands(operands);
        (stub, [number])
    }

    /// Writes operands where stubs look for them.
    fn store_operands(&mut self, operands: &[Value]) {
        let mutator = self.mutator();
        for (index, &operand) in operands.iter().enumerate() {
            self.store(operand, mutator, context::OPERANDS + 8 * index as i32);
        }
    }

    /// A call of a runtime operation, on a slow path.
    pub(super) fn call_runtime(&mut self, operation: RuntimeOperation, words: &[Value]) -> Value {
        let number = self.word(operation as u64);
        self.store_operands(words);
        self.call_stub(Stub::Runtime, &[number])
    }

    /// A call of a primitive that raises: nothing follows.
    pub(super) fn raise_by_primitive(&mut self, primitive: Primitive, operands: &[Value]) {
        let (stub, arguments) = self.primitive_arguments(primitive, operands);
        self.raise(stub, &arguments);
    }

    /// A call of a runtime operation that raises: nothing follows.
    pub(super) fn raise_by_runtime(&mut self, operation: RuntimeOperation, words: &[Value]) {
        let number = self.word(operation as u64);
        self.store_operands(words);
        self.raise(Stub::Runtime, &[number]);
    }

    fn raise(&mut self, stub: Stub, arguments: &[Value]) {
        let target = self.stub(stub);
        let listed = self.places.last().map(|last| last.listed);
        self.list_as(Listed::Raising);
        self.call_words(target, arguments);
        self.code.ins().trap(UNREACHABLE);
        self.list_as(listed.unwrap_or_default());
    }
}
