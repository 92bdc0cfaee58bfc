//! Native code for the procedures of a unit, from their choice to the linker's input.

use compiler::codegen::frame::SafepointRecord;
use compiler::codegen::{
    CodegenError, NativeGenerator, NativeOrder, NativeOrders, NativeProcedures, Shared,
};
use compiler::core::ir::Literal;
use compiler::id::IdVec;
use compiler::link::native_code::{NativeCode, NativeLoop, NativeReturn};
use compiler::memory;
use compiler::options::Tier;
use compiler::ssa::analysis::{Graph, Proofs, UnitTypes};
use compiler::ssa::ir::{Operation, ProcedureId};
use cranelift_codegen::isa::TargetIsa;

use super::compile_all::compile_all;
use super::eligible::choose;
use super::finish::Finished;
use super::likely_doubles::has_many_doubles;
use super::loop_entry::{LoopPoints, loop_points, write_loop};
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
        orders: &mut dyn NativeOrders,
    ) -> Result<(), CodegenError> {
        let unit = shared.unit();
        enter_literals(shared)?;
        let isa = target(Optimization::Speed);
        let bodies = unit.procedures.iter().map(Parameters::of_body).collect();
        let graphs: IdVec<ProcedureId, Graph> = unit.procedures.iter().map(Graph::new).collect();
        let types = UnitTypes::infer(unit, &graphs);
        let proofs = Proofs::of_types(unit, &graphs, &types);
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
        while let Some(order) = orders.next() {
            let native = generate(shared, &mut facts, &*isa, &order);
            orders.take(shared, native);
        }
        Ok(())
    }
}

fn generate(
    shared: &mut Shared<'_>,
    facts: &mut UnitFacts<'_>,
    isa: &dyn TargetIsa,
    order: &NativeOrder,
) -> NativeProcedures {
    let unit = shared.unit();
    if order.tier == Tier::Bytecode {
        return unit.procedures.side_table(None);
    }
    let mut too_large = unit.procedures.side_table(false);
    // A frame's size is known at the end; others may know the procedure by then, so all is done again.
    loop {
        facts.reach.reasons = choose(unit, order, &too_large);
        let made = make_all(shared, facts, isa, order);
        let failed: Vec<ProcedureId> = (made.ids())
            .filter(|&id| facts.reach.is_native(id) && made[id].is_none())
            .collect();
        if failed.is_empty() {
            return list(shared, made);
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

/// The functions of a procedure.
struct Made {
    /// The body, and the general entry if that is another.
    functions: Vec<Finished>,
    /// Those that go on in loops.
    loops: Vec<(LoopPoints, Finished)>,
}

/// The functions of all procedures with native code; `None` also where a frame is too large. A loop has no function if
/// the frame of that is too large.
fn make_all(
    shared: &mut Shared<'_>,
    facts: &UnitFacts<'_>,
    isa: &dyn TargetIsa,
    order: &NativeOrder,
) -> IdVec<ProcedureId, Option<Made>> {
    let reach = &facts.reach;
    let mut written = Vec::new();
    // How many functions each procedure has, and its loops.
    let mut plan = Vec::with_capacity(reach.bodies.len());
    for (id, parameters) in reach.bodies.entries() {
        let first = written.len();
        if !reach.is_native(id) {
            plan.push((0, Vec::new()));
            continue;
        }
        let body = write_body(shared, facts, isa, id);
        let count = body.function.dfg.num_insts();
        memory::take_all(count, memory::NATIVE_INSTRUCTION_BYTES);
        written.push(body);
        if !is_general(parameters) {
            written.push(write_general_entry(reach, isa, id));
        }
        let count = written.len() - first;
        let mut loops = Vec::new();
        if order.loops.contains(id) {
            for points in loop_points(shared, id) {
                let function = write_loop(shared, facts, isa, (id, &points));
                let count = function.function.dfg.num_insts();
                memory::take_all(count, memory::NATIVE_INSTRUCTION_BYTES);
                written.push(function);
                loops.push(points);
            }
        }
        plan.push((count, loops));
    }
    let mut finished = compile_all(written, isa).into_iter();
    let mut made_of = |(count, loops): (usize, Vec<LoopPoints>)| {
        let functions: Vec<Option<Finished>> = finished.by_ref().take(count).collect();
        let functions: Option<Vec<Finished>> = functions.into_iter().collect();
        let loops = loops.into_iter().zip(finished.by_ref());
        let loops = loops.filter_map(|(points, function)| Some((points, function?)));
        let loops = loops.collect();
        let functions = functions.filter(|functions| !functions.is_empty())?;
        Some(Made { functions, loops })
    };
    plan.into_iter().map(&mut made_of).collect()
}

/// Whether a body takes what a general entry takes.
fn is_general(body: &Parameters) -> bool {
    let general = Parameters::general(body.reprs.len());
    body.signature() == general.signature() && body.closure == general.closure
}

/// Numbers the frame maps.
fn list(shared: &mut Shared<'_>, made: IdVec<ProcedureId, Option<Made>>) -> NativeProcedures {
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
    let mut code = |id: ProcedureId, made: Made| {
        let general_entry = made.functions.len() - 1;
        let functions = made.functions.into_iter();
        let mut functions: Vec<_> = functions.map(|each| listed(id, each)).collect();
        let mut loops = Vec::new();
        for (points, function) in made.loops {
            let number = functions.len();
            functions.push(listed(id, function));
            loops.extend(points.polls.iter().map(|&poll| NativeLoop {
                poll,
                function: number,
                slots: points.slots.clone(),
            }));
        }
        NativeCode {
            functions,
            general_entry,
            loops,
        }
    };
    (made.ids().zip(made))
        .map(|(id, made)| made.map(|made| code(id, made)))
        .collect()
}
