//! Continuations, argument lists, host procedures: operations that native code leaves to stubs.

use abi::native::{Stub, context};
use abi::object_layout::chunk;
use abi::primitive::Primitive;
use abi::tag;
use compiler::ssa::ir::ValueId;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;

use super::call_place::Listed;
use super::emitter::{Emitter, UNREACHABLE};

impl Emitter<'_, '_> {
    /// A primitive that deals with continuations, or with the registers that they hold.
    pub(super) fn control_primitive(
        &mut self,
        primitive: Primitive,
        operands: &[ValueId],
    ) -> Option<Value> {
        let (register, is_assigned) = match primitive {
            Primitive::Capture => return Some(self.capture()),
            Primitive::Winders => (context::WINDERS, false),
            Primitive::SetWinders => (context::WINDERS, true),
            Primitive::Handlers => (context::HANDLERS, false),
            Primitive::SetHandlers => (context::HANDLERS, true),
            Primitive::Parameters => (context::PARAMETERS, false),
            Primitive::SetParameters => (context::PARAMETERS, true),
            _ => return None,
        };
        let mutator = self.mutator();
        if !is_assigned {
            return Some(self.load(mutator, register));
        }
        let word = self.get(operands[0]);
        self.store(word, mutator, register);
        Some(self.word(tag::UNSPECIFIED))
    }

    /// Captures the continuation of the procedure.
    fn capture(&mut self) -> Value {
        // A convention that keeps no register: Cranelift saves all of the caller's in the frame, where
        // the stub finds what belongs to the continuation.
        let mut signature = Signature::new(CallConv::Winch);
        signature.returns.push(AbiParam::new(types::I64));
        let signature = self.code.import_signature(signature);
        self.store_live();
        let stub = self.stub(Stub::Capture);
        let call = self.code.ins().call_indirect(signature, stub, &[]);
        let result = self.code.inst_results(call)[0];
        self.finish_call(call);
        result
    }

    /// Goes on at a continuation. The frame stays until that is known to be one: errors show it.
    pub(super) fn reinstate(&mut self, continuation: ValueId, values: ValueId) {
        let words = [self.get(continuation), self.get(values)];
        let stub = self.stub(Stub::Reinstate);
        self.list_as(Listed::Operation);
        self.call_words(stub, &words);
        self.code.ins().trap(UNREACHABLE);
    }

    /// Goes on at a continuation with one value. If native code made the continuation and this base
    /// runs it, that is a jump, so that the machine's own stack of return addresses stays right.
    pub(super) fn reinstate_value(&mut self, continuation: ValueId, value: ValueId) {
        let words = [self.get(continuation), self.get(value)];
        let other = self.cold_block();
        let (rest, chunk) = self.untagged(words[0], tag::TAG_OBJECT);
        let is_object = self.is_word(rest, 0);
        self.require(is_object, other);
        let header = self.load(chunk, 0);
        let is_native = self.is_word(header, chunk::NATIVE_HEADER);
        self.require(is_native, other);
        let serial = self.load(chunk, chunk::RESUME as i32);
        let mutator = self.mutator();
        let running = self.load(mutator, context::BASE_SERIAL);
        let is_here = self.code.ins().icmp(IntCC::Equal, serial, running);
        self.require(is_here, other);
        let signature = self.word_signature(words.len());
        let stub = self.stub(Stub::Resume);
        self.list_as(Listed::Never);
        self.code
            .ins()
            .return_call_indirect(signature, stub, &[chunk, words[1]]);
        self.start(other);
        self.list_as(Listed::Operation);
        let stub = self.stub(Stub::ReinstateValue);
        self.call_words(stub, &words);
        self.code.ins().trap(UNREACHABLE);
    }

    /// Calls a procedure in place of this one with the elements of a list.
    pub(super) fn tail_apply(&mut self, procedure: ValueId, list: ValueId) {
        let words = [self.get(procedure), self.get(list)];
        self.set_call_site();
        let stub = self.stub(Stub::Apply);
        let signature = self.word_signature(words.len());
        self.list_as(Listed::Never);
        self.code
            .ins()
            .return_call_indirect(signature, stub, &words);
    }

    /// Calls a host primitive.
    pub(super) fn call_host(&mut self, primitive: Primitive, operands: &[ValueId]) -> Value {
        for (index, &operand) in operands.iter().enumerate() {
            let word = self.get(operand);
            self.store_argument(index, word);
        }
        self.set_argument_count(operands.len());
        let number = self.word(u64::from(primitive.index()));
        self.store_live();
        let stub = self.stub(Stub::Host);
        let call = self.call_words(stub, &[number]);
        let result = self.code.inst_results(call)[0];
        self.finish_call(call);
        result
    }
}
