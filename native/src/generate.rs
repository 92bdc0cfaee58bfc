//! Native code for the procedures of a unit, from their choice to the linker's input.

use compiler::codegen::frame::SafepointRecord;
use compiler::codegen::{CodegenError, NativeGenerator, Shared};
use compiler::core::ir::Literal;
use compiler::id::IdVec;
use compiler::link::native_code::{NativeCode, NativeReturn};
use compiler::memory;
use compiler::options::Tier;
use compiler::ssa::analysis::{Graph, Proofs, UnitTypes};
use compiler::ssa::ir::{Operation, ProcedureId};
use cranelift_codegen::isa::TargetIsa;

use super::compile_all::compile_all;
use super::eligible::choose;
use super::finish::Finished;
use super::likely_doubles::has_many_doubles;
use super::procedure::{write_body, write_general_entry};
use super::signature::Parameters;
use super::target::{Optimization, target};
use super::unit_facts::{Reach, UnitFacts};

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
    let proofs = Proofs::of_types(unit, &graphs, &types);
    let mut too_large = unit.procedures.side_table(false);
    let reach = Reach {
        bodies,
        reasons: IdVec::new(),
        mostly_doubles: has_many_doubles(unit),
    };
    let mut facts = UnitFacts {
        reach,
        types,
        proofs,
    };
    // A frame's size is known at the end; others may know the procedure by then, so all is done again.
    loop {
        facts.reach.reasons = choose(unit, tier, &too_large);
        let made = make_all(shared, &facts, &*isa);
        let failed: Vec<ProcedureId> = (made.ids())
            .filter(|&id| facts.reach.is_native(id) && made[id].is_none())
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
    facts: &UnitFacts<'_>,
    isa: &dyn TargetIsa,
) -> IdVec<ProcedureId, Option<Vec<Finished>>> {
    let reach = &facts.reach;
    let mut written = Vec::new();
    let mut first_of = Vec::with_capacity(reach.bodies.len());
    for (id, parameters) in reach.bodies.entries() {
        first_of.push(written.len());
        if reach.is_native(id) {
            let body = write_body(shared, facts, isa, id);
            let count = body.function.dfg.num_insts();
            memory::take_all(count, memory::NATIVE_INSTRUCTION_BYTES);
            written.push(body);
            if !is_general(parameters) {
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
    body.signature() == general.signature() && body.closure == general.closure
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
                is_operation: point.is_operation,
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
