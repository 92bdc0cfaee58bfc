//! The stubs that native code calls through the mutator.

/// Machine code of the virtual machine. All but [`Stub::Allocate`] and [`Stub::Capture`] are functions
/// of the `Tail` convention: they keep `rbx rbp r12 r13 r14 r15`, and are safepoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Stub {
    /// Calls the value in the first argument register, whatever it is, with `ARGUMENT_COUNT`
    /// arguments placed as for a general entry.
    Call = 0,
    /// Calls the procedure whose header is at `CALLEE`, of which the arity is known to fit, with
    /// `ARGUMENT_COUNT` arguments (raw ones as their bits) placed as for a general entry. Called or
    /// jumped to.
    CallCode = 1,
    /// `(closure, list)`: calls the closure with the elements of the list. Jumped to; `CALL_SITE` tells where from.
    Apply = 2,
    /// Jumped to in place of a return: returns the `ARGUMENT_COUNT` values in `ARGUMENTS`, from
    /// word 0.
    ReturnMany = 3,
    /// `(primitive)`: calls a leaf or inline primitive on a tagged word in `OPERANDS`, with every check.
    /// Operands are in memory, as an argument register would tie the value to it on the way that does
    /// not come here, too: register allocators split such values (`fib` 8 % slower, `ack` 13 %).
    Primitive1 = 4,
    /// `(primitive)`: the same on two words.
    Primitive2 = 5,
    /// `(primitive)`: the same on three.
    Primitive3 = 6,
    /// `(primitive)`: with `ARGUMENT_COUNT` arguments in `ARGUMENTS`, from word 0.
    PrimitiveMany = 7,
    /// `(primitive)`: a host primitive, arguments as for [`Stub::PrimitiveMany`].
    Host = 8,
    /// `(operation)`: a [`RuntimeOperation`] on two words in `OPERANDS`.
    Runtime = 9,
    /// The slow path of a poll.
    Poll = 10,
    /// Allocates `OPERAND` bytes, never collects; the address goes to `OPERAND`. Of Cranelift's
    /// `PreserveAll` convention: changes no register.
    Allocate = 11,
    /// Captures the continuation of the procedure that calls it. Of Cranelift's `Winch` convention,
    /// which keeps no register: so the caller has saved those of its own caller, as
    /// [`super::CAPTURING_SLOTS`] says, which belong to the continuation.
    Capture = 12,
    /// `(continuation, list)`: goes on at the continuation with the values in the list. Never comes
    /// back.
    Reinstate = 13,
    /// `(continuation, value)`: goes on at the continuation, whatever made it, with the value. Never
    /// comes back.
    ReinstateValue = 14,
    /// `(address, value)`: goes on at the continuation at this address, of native code and the base that
    /// runs, with the value. Jumped to: a return of the value takes place in its stead.
    Resume = 15,
    /// As [`Stub::Call`], but jumped to; `CALL_SITE` tells where from.
    TailCall = 16,
}

impl Stub {
    /// All stubs, by number.
    pub const ALL: &'static [Self] = &[
        Self::Call,
        Self::CallCode,
        Self::Apply,
        Self::ReturnMany,
        Self::Primitive1,
        Self::Primitive2,
        Self::Primitive3,
        Self::PrimitiveMany,
        Self::Host,
        Self::Runtime,
        Self::Poll,
        Self::Allocate,
        Self::Capture,
        Self::Reinstate,
        Self::ReinstateValue,
        Self::Resume,
        Self::TailCall,
    ];

    /// For disassembly, symbols and dumps.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::CallCode => "call-code",
            Self::Apply => "apply",
            Self::ReturnMany => "return-many",
            Self::Primitive1 => "primitive1",
            Self::Primitive2 => "primitive2",
            Self::Primitive3 => "primitive3",
            Self::PrimitiveMany => "primitive-many",
            Self::Host => "host",
            Self::Runtime => "runtime",
            Self::Poll => "poll",
            Self::Allocate => "allocate",
            Self::Capture => "capture",
            Self::Reinstate => "reinstate",
            Self::ReinstateValue => "reinstate-value",
            Self::Resume => "resume",
            Self::TailCall => "tail-call",
        }
    }
}

/// What [`Stub::Runtime`] does, by number: the slow paths that are no primitives. Raw operands and
/// results are their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RuntimeOperation {
    /// As the instruction `unbox_f64`.
    UnboxF64 = 0,
    /// As the instruction `real_to_f64`.
    RealToF64 = 1,
    /// As the instruction `box_f64`.
    BoxF64 = 2,
    /// As the instruction `unbox_i64`.
    UnboxI64 = 3,
    /// As the instruction `box_i64`.
    BoxI64 = 4,
    /// As the instruction `unbox_u64`.
    UnboxU64 = 5,
    /// As the instruction `box_u64`.
    BoxU64 = 6,
    /// Raises `unbound-variable`; the operand is the location.
    UnboundVariable = 7,
    /// Raises `uninitialized-variable`; the operand is the variable's name.
    UninitializedVariable = 8,
    /// The instruction `location_set`: location, value.
    LocationSet = 9,
    /// The instruction `location_define`: location, value.
    LocationDefine = 10,
    /// The instruction `store_cell`: the cell's address, value.
    StoreCell = 11,
    /// Raises `wrong-value-count`: how many values were wanted (a fixnum), and whether there might be more (a boolean);
    /// the values that came are many values, with their count.
    WrongValueCount = 12,
    /// A list of the many values from the operand (a fixnum) on.
    RestOfValues = 13,
    /// Stops: a claim of the compiler does not hold; the operand is the claim's name, a symbol.
    BrokenClaim = 14,
}

impl RuntimeOperation {
    /// All operations, by number.
    pub const ALL: &'static [Self] = &[
        Self::UnboxF64,
        Self::RealToF64,
        Self::BoxF64,
        Self::UnboxI64,
        Self::BoxI64,
        Self::UnboxU64,
        Self::BoxU64,
        Self::UnboundVariable,
        Self::UninitializedVariable,
        Self::LocationSet,
        Self::LocationDefine,
        Self::StoreCell,
        Self::WrongValueCount,
        Self::RestOfValues,
        Self::BrokenClaim,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_the_order_of_the_numbers() {
        for (number, &stub) in Stub::ALL.iter().enumerate() {
            assert_eq!(stub as usize, number);
        }
        for (number, &operation) in RuntimeOperation::ALL.iter().enumerate() {
            assert_eq!(operation as usize, number);
        }
    }
}
