//! The names that Cranelift has for what code leads to: procedures, constants and cells of the image.

use compiler::id::Id;
use compiler::link::native_code::NativeTarget;
use compiler::link::unit::{ConstantId, FixupTarget, FrameMapId, NameId};
use compiler::ssa::ir::{CellId, ProcedureId};
use cranelift_codegen::ir::{ExtFuncData, ExternalName, FuncRef, UserExternalName};
use cranelift_frontend::FunctionBuilder;

use super::signature::Parameters;

/// The namespace of bodies.
const BODY_NAMESPACE: u32 = 0;
/// The namespace of tail calls: a name stands for the end of the one instruction that has it.
const SITE_NAMESPACE: u32 = 6;

/// Numbers for Cranelift.
pub(super) fn encode_target(target: NativeTarget) -> (u32, u32) {
    match target {
        NativeTarget::Body(procedure) => (BODY_NAMESPACE, procedure.number()),
        NativeTarget::Image(FixupTarget::Procedure(procedure)) => (1, procedure.number()),
        NativeTarget::Image(FixupTarget::Constant(constant)) => (2, constant.number()),
        NativeTarget::Image(FixupTarget::SymbolCell(symbol)) => (3, symbol.number()),
        NativeTarget::Image(FixupTarget::Cell(cell)) => (4, cell.number()),
        NativeTarget::Image(FixupTarget::FrameMap(map)) => (5, map.number()),
    }
}

/// The name of the tail call with this number in its function.
pub(super) fn site_name(number: u32) -> UserExternalName {
    UserExternalName::new(SITE_NAMESPACE, number)
}

/// Whether a name stands for a tail call.
pub(super) fn is_site(name: &UserExternalName) -> bool {
    name.namespace == SITE_NAMESPACE
}

/// What a name stands for.
pub(super) fn decode_target(name: &UserExternalName) -> NativeTarget {
    let index = name.index;
    NativeTarget::Image(match name.namespace {
        BODY_NAMESPACE => return NativeTarget::Body(ProcedureId::new(index)),
        1 => FixupTarget::Procedure(ProcedureId::new(index)),
        2 => FixupTarget::Constant(ConstantId::new(index)),
        3 => FixupTarget::SymbolCell(NameId::new(index)),
        4 => FixupTarget::Cell(CellId::new(index)),
        _ => FixupTarget::FrameMap(FrameMapId::new(index)),
    })
}

/// The body of a procedure, to be called from `code`.
pub(super) fn import_body(
    code: &mut FunctionBuilder<'_>,
    body: &Parameters,
    id: ProcedureId,
) -> FuncRef {
    let name = code
        .func
        .declare_imported_user_function(UserExternalName::new(BODY_NAMESPACE, id.number()));
    let signature = code.import_signature(body.signature());
    code.import_function(ExtFuncData {
        name: ExternalName::user(name),
        signature,
        colocated: true,
        patchable: false,
    })
}
