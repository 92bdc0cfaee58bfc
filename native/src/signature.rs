//! How arguments reach a procedure: its general entry, and its body.
//!
//! A *body* takes its closure only if it has free variables, and every parameter in the parameter's
//! representation. A parameter without a register of its class is in the mutator, in the word of
//! its number, as for a general entry.

use abi::native::REGISTER_WORDS;
use abi::native::context::{self, ArgumentPlace};
use compiler::ssa::ir::{Procedure, Repr};
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, Type, Value, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;

/// Double registers that carry arguments.
const DOUBLE_REGISTERS: usize = 8;

/// Whether a procedure is passed its closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closure {
    /// It comes before the arguments.
    Passed,
    /// The procedure needs none.
    Absent,
}

/// What a procedure expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    /// Whether a closure comes first.
    pub(super) closure: Closure,
    /// How each parameter is represented.
    pub(super) reprs: Vec<Repr>,
    /// Whether each has a register.
    pub(super) in_register: Vec<bool>,
    /// How the result is represented.
    pub(super) result: Repr,
}

impl Parameters {
    /// Of the body of `procedure`.
    pub(super) fn of_body(procedure: &Procedure) -> Self {
        let repr = |value: &compiler::ssa::ir::ValueId| procedure.values[*value].repr;
        let reprs = procedure.parameters().iter().map(repr).collect();
        let closure = if procedure.free > 0 {
            Closure::Passed
        } else {
            Closure::Absent
        };
        Self::new(closure, reprs, procedure.result)
    }

    /// Of a general entry, or of a stub that takes the same: `count` tagged words behind a closure.
    pub(super) fn general(count: usize) -> Self {
        Self::new(Closure::Passed, vec![Repr::Tagged; count], Repr::Tagged)
    }

    fn new(closure: Closure, reprs: Vec<Repr>, result: Repr) -> Self {
        let (mut words, mut doubles) = (usize::from(closure == Closure::Passed), 0);
        let mut take = |repr: &Repr| {
            let (used, limit) = if *repr == Repr::F64 {
                (&mut doubles, DOUBLE_REGISTERS)
            } else {
                (&mut words, REGISTER_WORDS)
            };
            *used += 1;
            *used <= limit
        };
        let in_register = reprs.iter().map(&mut take).collect();
        Self {
            closure,
            reprs,
            in_register,
            result,
        }
    }

    /// For Cranelift.
    pub(super) fn signature(&self) -> Signature {
        let mut signature = Signature::new(CallConv::Tail);
        if self.closure == Closure::Passed {
            signature.params.push(AbiParam::new(types::I64));
        }
        let in_registers = self.reprs.iter().zip(&self.in_register);
        for (&repr, _) in in_registers.filter(|(_, in_register)| **in_register) {
            signature.params.push(AbiParam::new(type_of(repr)));
        }
        signature.returns.push(AbiParam::new(type_of(self.result)));
        signature
    }
}

/// Where argument or value `index` is that has no register: a base and an offset in bytes.
pub(super) fn argument_place(code: &mut FunctionBuilder<'_>, index: usize) -> (Value, i32) {
    let mutator = code.ins().get_pinned_reg(types::I64);
    match context::argument_place(index) {
        ArgumentPlace::Context(offset) => (mutator, offset),
        ArgumentPlace::Wide(offset) => {
            // The area stays where it is.
            let flags = MemFlagsData::trusted().with_readonly();
            let load = code.ins();
            (
                load.load(types::I64, flags, mutator, context::WIDE_ARGUMENTS),
                offset,
            )
        }
    }
}

/// The machine type of a representation.
pub(super) const fn type_of(repr: Repr) -> Type {
    match repr {
        Repr::F64 => types::F64,
        _ => types::I64,
    }
}
