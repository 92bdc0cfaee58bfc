//! Calls, tail calls, returns.

use abi::native::{RuntimeOperation, Stub, context};
use abi::object_layout::{closure, pair};
use abi::procedure::{NATIVE_ENTRY_OFFSET, NATIVE_KEY_OFFSET};
use abi::tag::{self, Kind};
use compiler::link::unit::FixupTarget;
use compiler::ssa::ir::{Callee, ProcedureId, Repr, Terminator, ValueId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, Inst, InstBuilder, MemFlagsData, Type, Value, types};

use super::call_place::Listed;
use super::eligible::Reason;
use super::emitter::Emitter;
use super::loaded::Loaded;
use super::signature::{Parameters, argument_place};

/// Whether a call leaves the frame that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    Frame,
    Nothing,
}

/// How many values somebody takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Exactly(usize),
    AtLeast(usize),
}

/// Where a call goes, and with what.
enum Destination {
    /// The body of a procedure.
    Body(ProcedureId, Vec<Value>),
    /// An address, with words.
    Words(Value, Vec<Value>),
}

impl Emitter<'_, '_> {
    /// A call for one value.
    pub(super) fn call(&mut self, callee: &Callee, arguments: &[ValueId]) -> Value {
        let destination = self.destination(callee, arguments, Leaving::Nothing);
        self.store_live();
        let call = self.emit_call(destination);
        let result = self.code.inst_results(call)[0];
        self.finish_call(call);
        self.as_callee_result(callee, result)
    }

    /// A double comes from a stub as its bits.
    fn as_callee_result(&mut self, callee: &Callee, result: Value) -> Value {
        let wants_double = match *callee {
            Callee::Known(procedure, _) => self.reach.bodies[procedure].result == Repr::F64,
            Callee::Value(_) => false,
        };
        if wants_double && self.code.func.dfg.value_type(result) == types::I64 {
            self.double_of_bits(result)
        } else {
            result
        }
    }

    fn emit_call(&mut self, destination: Destination) -> Inst {
        match destination {
            Destination::Body(procedure, arguments) => {
                self.expect_listed();
                let body = self.body(procedure);
                self.code.ins().call(body, &arguments)
            }
            Destination::Words(target, arguments) => self.call_words(target, &arguments),
        }
    }

    fn destination(
        &mut self,
        callee: &Callee,
        arguments: &[ValueId],
        leaving: Leaving,
    ) -> Destination {
        match *callee {
            Callee::Value(procedure) => self.closure_destination(procedure, arguments, leaving),
            Callee::Known(procedure, closure) if self.reach.is_native(procedure) => {
                let parameters = &self.reach.bodies[procedure];
                let words = self.place_arguments(parameters, closure, arguments);
                Destination::Body(procedure, words)
            }
            Callee::Known(procedure, closure) => {
                let parameters = Parameters::general(arguments.len());
                let mut words = self.place_arguments(&parameters, closure, arguments);
                if closure.is_none() {
                    words.insert(0, self.code.ins().iconst(types::I64, 0));
                }
                Destination::Words(self.code_of_other(procedure, arguments.len()), words)
            }
        }
    }

    /// Where a known call goes whose callee has no native code in this part: to a stub, or to the general entry that
    /// another part may have brought.
    fn code_of_other(&mut self, procedure: ProcedureId, count: usize) -> Value {
        let header = self.address(FixupTarget::Procedure(procedure));
        if self.reach.reasons[procedure] != Some(Reason::InOtherPart) {
            return self.stub_for_code(header, count);
        }
        let (call, target) = self.merge_block(types::I64);
        let (native, other) = (self.next_block(), self.cold_block());
        let flags = MemFlagsData::trusted();
        let distance = NATIVE_ENTRY_OFFSET as i32;
        let distance = self.code.ins().sload32(flags, header, distance);
        self.code.ins().brif(distance, native, &[], other, &[]);
        self.start(native);
        let entry = self.code.ins().iadd(header, distance);
        self.jump_with(call, entry);
        self.start(other);
        let stub = self.stub_for_code(header, count);
        self.jump_with(call, stub);
        self.start(call);
        target
    }

    fn stub_for_code(&mut self, header: Value, count: usize) -> Value {
        let mutator = self.mutator();
        self.store(header, mutator, context::CALLEE);
        self.set_argument_count(count);
        self.stub(Stub::CallCode)
    }

    /// Writes arguments without register to the mutator; the others.
    fn place_arguments(
        &mut self,
        parameters: &Parameters,
        closure: Option<ValueId>,
        arguments: &[ValueId],
    ) -> Vec<Value> {
        let mut words = Vec::with_capacity(arguments.len() + 1);
        words.extend(closure.map(|closure| self.get(closure)));
        for (index, &argument) in arguments.iter().enumerate() {
            let mut word = self.get(argument);
            let is_double = self.code.func.dfg.value_type(word) == types::F64;
            if is_double && parameters.reprs[index] != Repr::F64 {
                word = self.bits_of(word);
            }
            if parameters.in_register[index] {
                words.push(word);
            } else {
                self.store_argument(index + 1, word);
            }
        }
        words
    }

    /// Writes an argument or value that has no register.
    pub(super) fn store_argument(&mut self, index: usize, word: Value) {
        let (base, offset) = argument_place(&mut self.code, index);
        self.store(word, base, offset);
    }

    /// Reads an argument or value that has no register.
    pub(super) fn load_argument(&mut self, kind: Type, index: usize) -> Value {
        let (base, offset) = argument_place(&mut self.code, index);
        self.load_as(kind, base, offset)
    }

    /// A closure with the right number of parameters is entered directly, anything else through a stub.
    fn closure_destination(
        &mut self,
        procedure: ValueId,
        arguments: &[ValueId],
        leaving: Leaving,
    ) -> Destination {
        let parameters = Parameters::general(arguments.len());
        let words = self.place_arguments(&parameters, Some(procedure), arguments);
        let (call, target) = self.merge_block(types::I64);
        let other = self.cold_block();
        let closure = self.require_kind(
            Loaded {
                value: procedure,
                word: words[0],
            },
            Kind::Closure,
            other,
        );
        let code = self.load(closure, closure::CODE as i32);
        let key = self.load_as(types::I32, code, NATIVE_KEY_OFFSET as i32);
        let wanted = arguments.len() as i64 + 1;
        let is_right = self.code.ins().icmp_imm_s(IntCC::Equal, key, wanted);
        self.require(is_right, other);
        let flags = MemFlagsData::trusted();
        let distance = self
            .code
            .ins()
            .sload32(flags, code, NATIVE_ENTRY_OFFSET as i32);
        let entry = self.code.ins().iadd(code, distance);
        self.jump_with(call, entry);
        self.start(other);
        self.set_argument_count(arguments.len());
        let stub = match leaving {
            Leaving::Frame => {
                self.set_call_site();
                Stub::TailCall
            }
            Leaving::Nothing => Stub::Call,
        };
        let stub = self.stub(stub);
        self.jump_with(call, stub);
        self.start(call);
        Destination::Words(target, words)
    }

    /// A tail call.
    pub(super) fn tail_call(&mut self, callee: &Callee, arguments: &[ValueId]) {
        let destination = self.destination(callee, arguments, Leaving::Frame);
        if let Destination::Body(procedure, words) = &destination
            && self.returns_other(*procedure)
        {
            // A frame more, once for each frame of bytecode that has come here.
            let body = self.body(*procedure);
            let call = self.code.ins().call(body, words);
            let double = self.code.inst_results(call)[0];
            self.finish_call(call);
            self.return_word(double);
            return;
        }
        self.list_as(Listed::Never);
        match destination {
            Destination::Body(procedure, words) => {
                let body = self.body(procedure);
                self.code.ins().return_call(body, &words);
            }
            Destination::Words(target, words) => {
                let signature = self.word_signature(words.len());
                self.code
                    .ins()
                    .return_call_indirect(signature, target, &words);
            }
        }
    }

    /// Returns a word, or a double: to bytecode as its bits.
    pub(super) fn return_word(&mut self, word: Value) {
        let is_double = self.code.func.dfg.value_type(word) == types::F64;
        let word = if is_double && self.goes_on {
            self.bits_of(word)
        } else {
            word
        };
        self.code.ins().return_(&[word]);
    }

    /// Whether a body returns a double, and who called what is being written wants its bits: a jump cannot change what
    /// is returned.
    fn returns_other(&self, procedure: ProcedureId) -> bool {
        self.goes_on && self.reach.bodies[procedure].result == Repr::F64
    }

    /// Returns any number of values.
    pub(super) fn return_values(&mut self, values: &[ValueId]) {
        if let &[value] = values {
            let word = self.get(value);
            self.return_word(word);
            return;
        }
        for (index, &value) in values.iter().enumerate() {
            let word = self.get(value);
            self.store_argument(index, word);
        }
        self.set_argument_count(values.len());
        let signature = self.word_signature(0);
        let stub = self.stub(Stub::ReturnMany);
        self.list_as(Listed::Never);
        self.code.ins().return_call_indirect(signature, stub, &[]);
    }

    /// A call for any number of values; the values for the parameters of the block that goes on.
    pub(super) fn call_receive(&mut self, terminator: &Terminator) -> Vec<Value> {
        let Terminator::CallReceive {
            callee,
            arguments,
            required,
            rest,
            received_at,
            ..
        } = terminator
        else {
            unreachable!("only receiving calls are written here")
        };
        let destination = self.destination(callee, arguments, Leaving::Nothing);
        self.store_live();
        self.list_as(Listed::Receiving);
        let call = self.emit_call(destination);
        self.list_as(Listed::Ordinary);
        let result = self.code.inst_results(call)[0];
        self.finish_call(call);
        self.set_place(*received_at);
        let required = usize::from(*required);
        match (required, rest) {
            (1, false) => vec![self.receive_one(result)],
            (_, false) => self.receive_fixed(result, required),
            (_, true) => self.receive_rest(result, required),
        }
    }

    fn receive_one(&mut self, result: Value) -> Value {
        let wrong = self.cold_block();
        let is_many = self.is_word(result, tag::MANY_VALUES);
        self.unless(is_many, wrong);
        self.wrong_count_in(wrong, Wanted::Exactly(1));
        result
    }

    fn wrong_count_in(&mut self, wrong: Block, wanted: Wanted) {
        let done = self.next_block();
        self.code.ins().jump(done, &[]);
        self.start(wrong);
        let (required, may_be_more) = match wanted {
            Wanted::Exactly(count) => (count, false),
            Wanted::AtLeast(count) => (count, true),
        };
        let required = self.word((required as u64) << tag::TAG_BITS);
        let may_be_more = self.word(tag::boolean(may_be_more));
        self.raise_by_runtime(RuntimeOperation::WrongValueCount, &[required, may_be_more]);
        self.start(done);
    }

    /// Makes one value many, so that all further code finds them in the mutator.
    fn make_many(&mut self, result: Value) {
        let (one, many) = (self.cold_block(), self.next_block());
        let is_many = self.is_word(result, tag::MANY_VALUES);
        self.code.ins().brif(is_many, many, &[], one, &[]);
        self.start(one);
        self.store_argument(0, result);
        self.set_argument_count(1);
        self.code.ins().jump(many, &[]);
        self.start(many);
    }

    fn require_count(&mut self, wanted: Wanted) {
        let (relation, required) = match wanted {
            Wanted::Exactly(count) => (IntCC::Equal, count),
            Wanted::AtLeast(count) => (IntCC::UnsignedGreaterThanOrEqual, count),
        };
        let wrong = self.cold_block();
        let mutator = self.mutator();
        let count = self.load(mutator, context::ARGUMENT_COUNT);
        let is_right = self.code.ins().icmp_imm_s(relation, count, required as i64);
        self.require(is_right, wrong);
        self.wrong_count_in(wrong, wanted);
    }

    fn received(&mut self, required: usize) -> Vec<Value> {
        (0..required)
            .map(|index| self.load_argument(types::I64, index))
            .collect()
    }

    fn receive_fixed(&mut self, result: Value, required: usize) -> Vec<Value> {
        self.make_many(result);
        self.require_count(Wanted::Exactly(required));
        self.received(required)
    }

    fn receive_rest(&mut self, result: Value, required: usize) -> Vec<Value> {
        if required > 1 {
            self.make_many(result);
            return self.receive_rest_of_many(required);
        }
        // One value, as there mostly is, goes nowhere but to its parameter, or into a pair.
        let (one, many, done) = (self.next_block(), self.cold_block(), self.next_block());
        let values: Vec<Value> = (0..=required)
            .map(|_| self.code.append_block_param(done, types::I64))
            .collect();
        let is_many = self.is_word(result, tag::MANY_VALUES);
        self.code.ins().brif(is_many, many, &[], one, &[]);
        self.start(one);
        let received = if required == 1 {
            vec![result, self.word(tag::NULL)]
        } else {
            vec![self.list_of_one(result)]
        };
        self.jump_with_all(done, &received);
        self.start(many);
        let received = self.receive_rest_of_many(required);
        self.jump_with_all(done, &received);
        self.start(done);
        values
    }

    fn list_of_one(&mut self, value: Value) -> Value {
        let address = self.reserve(pair::BYTES as u64);
        self.store(value, address, pair::CAR as i32);
        let null = self.word(tag::NULL);
        self.store(null, address, pair::CDR as i32);
        self.with_tag(address, tag::TAG_PAIR)
    }

    fn jump_with_all(&mut self, block: Block, values: &[Value]) {
        let arguments: Vec<BlockArg> = values.iter().copied().map(BlockArg::Value).collect();
        self.code.ins().jump(block, &arguments);
    }

    fn receive_rest_of_many(&mut self, required: usize) -> Vec<Value> {
        self.require_count(Wanted::AtLeast(required));
        // The stub keeps the values: they are read after it may have collected.
        let first = self.word((required as u64) << tag::TAG_BITS);
        let list = self.call_runtime(RuntimeOperation::RestOfValues, &[first]);
        let mut values = self.received(required);
        values.push(list);
        values
    }
}
