//! Addresses of slots are made where they are used.
//!
//! **Claim**: no machine register and no word of a frame holds an address inside a native frame
//! across a call. A captured frame is resumed wherever its base has room, see `vm::continuation`.
//! So an address that was computed before the call leads to where the frame stood when it was
//! captured. By then, that place is memory of other frames, or of an earlier turn through the same
//! frame.
//!
//! Cranelift takes the address of a slot for a constant. Its optimizer makes one address of all
//! addresses of a slot, at a place above them. Most loads and stores take the slot into their own
//! operand. But a load that becomes an operand of another instruction does not. Then the address
//! waits in a register that the callee keeps, or in a word of the register allocator, for any
//! length of time.
//!
//! So each use gets an address of its own, right in front of the use, after the optimizer has run.
//! **For the claim, two things have to hold**: nothing behind this pass makes one of two equal
//! instructions, and an instruction is moved down past others only where none of them has an effect
//! (Cranelift's lowering merges loads of one color, and a call starts another color). There are two
//! other frame addresses: the stack pointer, which polls compare at once, and `rbp`, which the
//! machine sets for each frame that it resumes.

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::{
    Function, Inst, InstBuilder, InstructionData, Opcode, Value, ValueDef,
};

/// Gives each instruction that uses the address of a slot one of its own.
pub(super) fn remake_slot_addresses(function: &mut Function) {
    let mut cursor = FuncCursor::new(function);
    while cursor.next_block().is_some() {
        while let Some(user) = cursor.next_inst() {
            remake_for(&mut cursor, user);
        }
    }
}

/// The cursor stands at `user`, and stays there.
fn remake_for(cursor: &mut FuncCursor<'_>, user: Inst) {
    let is_address = |&value: &Value| slot_address(cursor.func, value).is_some();
    let used: Vec<Value> = cursor
        .func
        .dfg
        .inst_values(user)
        .filter(is_address)
        .collect();
    if used.is_empty() {
        return;
    }
    cursor.use_srcloc(user);
    let remade: Vec<(Value, Value)> = used
        .into_iter()
        .map(|value| (value, remade(cursor, value)))
        .collect();
    cursor.func.dfg.map_inst_values(user, |value| {
        let own = remade.iter().find(|(old, _)| *old == value);
        own.map_or(value, |&(_, own)| own)
    });
    debug_assert_eq!(cursor.current_inst(), Some(user));
}

fn remade(cursor: &mut FuncCursor<'_>, value: Value) -> Value {
    let Some(InstructionData::StackAddr {
        stack_slot, offset, ..
    }) = slot_address(cursor.func, value)
    else {
        unreachable!("only addresses of slots are made anew")
    };
    let kind = cursor.func.dfg.value_type(value);
    cursor.ins().stack_addr(kind, stack_slot, offset)
}

/// The instruction that makes `value`, if that is the address of a slot.
fn slot_address(function: &Function, value: Value) -> Option<InstructionData> {
    let ValueDef::Result(made_by, _) = function.dfg.value_def(value) else {
        return None;
    };
    let data = function.dfg.insts[made_by];
    (data.opcode() == Opcode::StackAddr).then_some(data)
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::Context;
    use cranelift_codegen::control::ControlPlane;
    use cranelift_codegen::ir::{
        AbiParam, MemFlagsData, Signature, StackSlotData, StackSlotKind, UserFuncName, types,
    };
    use cranelift_codegen::isa::CallConv;
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    use super::*;
    use crate::target::{Optimization, target};

    /// A word is stored before a call and loaded twice behind it, once as an operand of a sum.
    fn stored_across_a_call() -> Function {
        let mut signature = Signature::new(CallConv::Tail);
        signature.params.push(AbiParam::new(types::I64));
        signature.params.push(AbiParam::new(types::I64));
        signature.returns.push(AbiParam::new(types::I64));
        let mut function = Function::with_name_signature(UserFuncName::user(0, 0), signature);
        let mut context = FunctionBuilderContext::new();
        let mut code = FunctionBuilder::new(&mut function, &mut context);
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3);
        let slot = code.create_sized_stack_slot(slot);
        let block = code.create_block();
        code.append_block_params_for_function_params(block);
        code.switch_to_block(block);
        code.seal_block(block);
        let [callee, word] = [0, 1].map(|index| code.block_params(block)[index]);
        code.ins().stack_store(types::I64, word, slot, 0);
        let callees = code.import_signature(Signature::new(CallConv::Tail));
        code.ins().call_indirect(callees, callee, &[]);
        let first = code.ins().stack_load(types::I64, types::I64, slot, 0);
        let difference = code.ins().iadd_imm_s(first, -2);
        let rest = code.ins().band_imm_s(difference, 7);
        code.ins().store(MemFlagsData::trusted(), rest, callee, 0);
        code.ins().call_indirect(callees, callee, &[]);
        let second = code.ins().stack_load(types::I64, types::I64, slot, 0);
        code.ins().return_(&[second]);
        code.finalize(target(Optimization::Speed).frontend_config());
        function
    }

    fn optimized(function: Function) -> Function {
        let mut context = Context::for_function(function);
        let target = target(Optimization::Speed);
        let plane = &mut ControlPlane::default();
        context.optimize(&*target, plane).unwrap();
        context.func
    }

    /// For each instruction that uses the address of a slot how many instructions before it that is made.
    fn distances(function: &Function) -> Vec<usize> {
        let mut order: Vec<Inst> = Vec::new();
        let mut distances = Vec::new();
        for block in function.layout.blocks() {
            for user in function.layout.block_insts(block) {
                for value in function.dfg.inst_values(user) {
                    if slot_address(function, value).is_some() {
                        let made_by = function.dfg.value_def(value).inst();
                        let at = order.iter().rev().position(|&made| Some(made) == made_by);
                        distances.push(1 + at.expect("definitions come first"));
                    }
                }
                order.push(user);
            }
        }
        distances
    }

    #[test]
    fn each_use_of_a_slot_makes_the_address_anew() {
        let mut function = optimized(stored_across_a_call());
        assert!(
            distances(&function).iter().any(|&distance| distance > 1),
            "one address serves all uses: {}",
            function.display()
        );
        remake_slot_addresses(&mut function);
        assert_eq!(distances(&function), [1, 1, 1], "{}", function.display());
    }

    #[test]
    fn no_register_keeps_the_address_of_a_slot_across_a_call() {
        let code = |remakes: bool| {
            let mut function = optimized(stored_across_a_call());
            if remakes {
                remake_slot_addresses(&mut function);
            }
            let mut context = Context::for_function(function);
            context.set_disasm(true);
            let target = target(Optimization::None);
            let compiled = context.compile(&*target, &mut ControlPlane::default());
            compiled.unwrap().vcode.clone().expect("text was asked for")
        };
        // Registers that a callee keeps are saved in the prologue only if something waits in them.
        let kept = ["rbx", "r12", "r13", "r14"];
        let address_waits = |code: &str| {
            let lines = code.lines().filter(|line| line.contains("leaq"));
            let mut made = lines.filter(|line| line.contains("rsp"));
            made.any(|line| kept.iter().any(|register| line.ends_with(register)))
        };
        assert!(!address_waits(&code(true)), "{}", code(true));
        assert!(
            address_waits(&code(false)),
            "Cranelift does so no more, and this pass may go: {}",
            code(false)
        );
    }

    #[test]
    fn slots_are_used_by_loads_and_stores_alone() {
        let opcodes = |function: &Function| -> Vec<Opcode> {
            let insts = function
                .layout
                .blocks()
                .flat_map(|block| function.layout.block_insts(block));
            let uses = insts.filter(|&user| {
                let mut values = function.dfg.inst_values(user);
                values.any(|value| slot_address(function, value).is_some())
            });
            uses.map(|user| function.dfg.insts[user].opcode()).collect()
        };
        let function = optimized(stored_across_a_call());
        let used_by = opcodes(&function);
        assert!(
            used_by
                .iter()
                .all(|opcode| opcode.can_load() || opcode.can_store())
        );
    }
}
