//! From SSA to machine code, by the code generator Cranelift.
//!
//! Cranelift makes one machine function for each procedure, and a second one where the procedure needs a general entry
//! of another signature. The frames of these functions look like frames of bytecode. CLIF is Cranelift's intermediate
//! language.
//!
//! 1. `eligible` says which procedures get native code;
//! 2. `plan` finds which values need slots, which slots they get, and where values are at the
//!    borders of blocks;
//! 3. `procedure` writes CLIF, block by block, with one file for each family of operations;
//! 4. `finish` turns Cranelift's output into the linker's input: code with holes, return points
//!    with frame maps, lines, unwind rows.
//!
//! [`abi::native`] states the agreement with the virtual machine. The compiler knows this crate only
//! by the trait [`NativeGenerator`], which [`Cranelift`] implements.

#![forbid(unsafe_code)]

mod arithmetic;
mod branch;
mod call;
mod compile_all;
mod control;
mod eligible;
mod emitter;
mod epilogue;
mod finish;
mod leaf;
mod likely_doubles;
mod memory;
mod operation;
mod plan;
mod poll;
mod procedure;
mod raw;
mod record;
mod safepoint;
mod safepoints;
mod sequence;
mod signature;
mod slot_addresses;
mod slots;
mod switch;
mod target;
mod test;

use compiler::codegen::frame_record::{Point, SafepointRecord};
use compiler::codegen::{CodegenError, NativeGenerator, Shared};
use compiler::core::ir::{Literal, SourcePlace};
use compiler::id::{Id, IdVec};
use compiler::link::native_code::{NativeCode, NativeReturn};
use compiler::options::Tier;
use compiler::ssa::analysis::{Graph, Proofs, UnitTypes};
use compiler::ssa::ir::{Operation, ProcedureId};
use cranelift_codegen::ir::{ExtFuncData, ExternalName, FuncRef, Function, UserExternalName};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::FunctionBuilder;

pub use eligible::{Reason, can_be_native};

use self::compile_all::compile_all;
use self::eligible::choose;
use self::finish::Finished;
use self::likely_doubles::has_many_doubles;
use self::procedure::{write_body, write_general_entry};
use self::record::Planned;
use self::signature::Parameters;
use self::target::{Optimization, target};

/// How a call is entered in the table of return points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    /// As one for one value.
    #[default]
    Ordinary,
    /// As one for any number of values.
    Receiving,
    /// As one for one value, which never comes: nothing is live behind it.
    Raising,
    /// Not at all: a tail call, or one during which no frame is looked at.
    Never,
}

/// Where code comes from, and what its calls are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CallPlace {
    place: SourcePlace,
    listed: Listed,
    /// Where it is in SSA, if what is live is recorded.
    point: Option<Point>,
}

/// How the procedures of a unit are reached.
struct Reach {
    /// What each body takes, if it has native code.
    bodies: IdVec<ProcedureId, Parameters>,
    /// Why a procedure has no native code.
    reasons: IdVec<ProcedureId, Option<Reason>>,
    /// Whether numbers of which nothing is known are probably flonums.
    mostly_doubles: bool,
}

impl Reach {
    fn is_native(&self, procedure: ProcedureId) -> bool {
        self.reasons[procedure].is_none()
    }
}

/// A function in CLIF.
struct Written {
    function: Function,
    /// What source locations mean.
    places: Vec<CallPlace>,
    /// What is live at safepoints, if it is recorded.
    safepoints: Vec<Planned>,
}

/// The code generator, by Cranelift.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cranelift;

impl NativeGenerator for Cranelift {
    fn generate(
        &self,
        shared: &mut Shared<'_>,
        tier: Tier,
    ) -> Result<IdVec<ProcedureId, Option<NativeCode>>, CodegenError> {
        generate(shared, tier)
    }
}

fn generate(
    shared: &mut Shared<'_>,
    tier: Tier,
) -> Result<IdVec<ProcedureId, Option<NativeCode>>, CodegenError> {
    let unit = shared.unit();
    if tier == Tier::Bytecode {
        return Ok(unit.procedures.side_table(None));
    }
    enter_literals(shared)?;
    let isa = target(Optimization::Speed);
    let bodies = unit.procedures.iter().map(Parameters::of_body).collect();
    let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
    let types = UnitTypes::infer(unit, &graphs);
    let proofs = Proofs::new(unit);
    let mut too_large = unit.procedures.side_table(false);
    let mut reach = Reach {
        bodies,
        reasons: IdVec::new(),
        mostly_doubles: has_many_doubles(unit),
    };
    // A frame's size is known at the end; others may know the procedure by then, so all is done again.
    loop {
        reach.reasons = choose(unit, tier, &too_large);
        let made = make_all(shared, (&reach, &types, &proofs), &*isa);
        let failed: Vec<ProcedureId> = (made.ids())
            .filter(|&id| reach.is_native(id) && made[id].is_none())
            .collect();
        if failed.is_empty() {
            return Ok(list(shared, made));
        }
        for id in failed {
            too_large[id] = true;
        }
    }
}

/// Literals get their numbers first, so that writing code cannot fail.
fn enter_literals(shared: &mut Shared<'_>) -> Result<(), CodegenError> {
    let unit = shared.unit();
    let operations = unit
        .procedures
        .iter()
        .flat_map(|procedure| &procedure.blocks)
        .flat_map(|block| &block.instructions);
    for instruction in operations {
        if let Operation::Literal(literal) = instruction.operation
            && !unit.tables.is_external(literal)
            && let Literal::Datum(datum) = &unit.tables.literals[literal]
        {
            shared.datum(&unit.tables.data, datum.0)?;
        }
    }
    Ok(())
}

/// The functions of all procedures with native code; `None` also where a frame is too large.
fn make_all(
    shared: &mut Shared<'_>,
    (reach, types, proofs): (&Reach, &UnitTypes<'_>, &Proofs),
    isa: &dyn TargetIsa,
) -> IdVec<ProcedureId, Option<Vec<Finished>>> {
    let mut written = Vec::new();
    let mut first_of = Vec::with_capacity(reach.bodies.len());
    for (id, body) in reach.bodies.entries() {
        first_of.push(written.len());
        if reach.is_native(id) {
            written.push(write_body(shared, (reach, types, proofs), isa, id));
            if !is_general(body) {
                written.push(write_general_entry(reach, isa, id));
            }
        }
    }
    let mut finished = compile_all(written, isa).into_iter();
    first_of.push(finished.len());
    let functions_of = |ends: &[usize]| {
        let functions = finished.by_ref().take(ends[1] - ends[0]);
        let functions: Vec<Option<Finished>> = functions.collect();
        let functions: Option<Vec<Finished>> = functions.into_iter().collect();
        functions.filter(|functions| !functions.is_empty())
    };
    first_of.windows(2).map(functions_of).collect()
}

/// Whether a body takes what a general entry takes.
fn is_general(body: &Parameters) -> bool {
    let general = Parameters::general(body.reprs.len());
    body.signature() == general.signature() && body.closure
}

/// Numbers the frame maps.
fn list(
    shared: &mut Shared<'_>,
    made: IdVec<ProcedureId, Option<Vec<Finished>>>,
) -> IdVec<ProcedureId, Option<NativeCode>> {
    let mut listed = |id: ProcedureId, finished: Finished| {
        let mut function = finished.function;
        for point in finished.returns {
            let map = shared.frame_map(&point.states);
            function.returns.push(NativeReturn {
                offset: point.offset,
                words: point.states.len() as u16 + 1,
                receives: point.receives,
                map,
            });
            if let Some(at) = point.at {
                let safepoint = SafepointRecord {
                    at,
                    offset: point.offset,
                    map,
                    residents: point.residents,
                    comes_back: point.comes_back,
                    strangers: Vec::new(),
                };
                shared.record_native(id, safepoint);
            }
        }
        function
    };
    let mut code = |id: ProcedureId, functions: Vec<Finished>| {
        let general_entry = functions.len() - 1;
        let functions = functions.into_iter();
        NativeCode {
            functions: functions.map(|each| listed(id, each)).collect(),
            general_entry,
        }
    };
    (made.ids().zip(made))
        .map(|(id, functions)| functions.map(|functions| code(id, functions)))
        .collect()
}

/// The body of a procedure, to be called from `code`.
fn import_body(code: &mut FunctionBuilder<'_>, body: &Parameters, id: ProcedureId) -> FuncRef {
    let name = code
        .func
        .declare_imported_user_function(UserExternalName::new(
            emitter::BODY_NAMESPACE,
            id.number(),
        ));
    let signature = code.import_signature(body.signature());
    code.import_function(ExtFuncData {
        name: ExternalName::user(name),
        signature,
        colocated: true,
        patchable: false,
    })
}

#[cfg(test)]
mod random_programs;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tiers_agree;
