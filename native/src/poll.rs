//! Polls: one comparison of the stack pointer with a limit that anyone can raise.

use abi::native::{Stub, context};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::emitter::Emitter;

impl Emitter<'_, '_> {
    /// The poll of a procedure's entry, which sees to it that there is stack, too.
    pub(super) fn entry_poll(&mut self) {
        let limit = self.poll_limit();
        let pointer = self.code.ins().get_stack_pointer(types::I64);
        let is_due = self
            .code
            .ins()
            .icmp(IntCC::UnsignedLessThan, pointer, limit);
        self.poll_if(is_due);
    }

    /// A poll of a loop, or behind a call. A limit that was raised is no address: its sign says so,
    /// and no copy of the stack pointer lives across calls to be compared.
    pub(super) fn poll(&mut self) {
        let limit = self.poll_limit();
        let is_due = self.code.ins().icmp_imm_s(IntCC::SignedLessThan, limit, 0);
        self.poll_if(is_due);
    }

    fn poll_limit(&mut self) -> Value {
        let mutator = self.mutator();
        let address = self.load(mutator, context::POLL_LIMIT_ADDRESS);
        // An atomic access: what an earlier poll has read must not stand for it.
        let flags = MemFlagsData::trusted();
        self.code.ins().atomic_load(types::I64, flags, address)
    }

    fn poll_if(&mut self, is_due: Value) {
        let (slow, done) = (self.cold_block(), self.next_block());
        self.code.ins().brif(is_due, slow, &[], done, &[]);
        self.start(slow);
        self.call_stub(Stub::Poll, &[]);
        self.code.ins().jump(done, &[]);
        self.start(done);
    }
}
