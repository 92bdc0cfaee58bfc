//! Polls: one comparison of the stack pointer with a limit that anyone can raise.

use abi::native::{Stub, context};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};

use super::emitter::Emitter;

impl Emitter<'_, '_> {
    /// A poll, of a procedure or of a loop.
    pub(super) fn poll(&mut self) {
        let mutator = self.mutator();
        let address = self.load(mutator, context::POLL_LIMIT_ADDRESS);
        // An atomic access: what an earlier poll has read must not stand for it.
        let flags = MemFlagsData::trusted();
        let limit = self.code.ins().atomic_load(types::I64, flags, address);
        let (slow, done) = (self.cold_block(), self.next_block());
        let pointer = self.code.ins().get_stack_pointer(types::I64);
        let is_due = self
            .code
            .ins()
            .icmp(IntCC::UnsignedLessThan, pointer, limit);
        self.code.ins().brif(is_due, slow, &[], done, &[]);
        self.start(slow);
        self.call_stub(Stub::Poll, &[]);
        self.code.ins().jump(done, &[]);
        self.start(done);
    }
}
