//! Cranelift at work, on several threads where there is enough to do. The code does not depend on
//! the threads.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compiler::checkpoint::OfThread;
use compiler::unwind::end;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use syntax::Supervisor;

use super::finish::{Finished, finish};
use super::slot_addresses::remake_slot_addresses;
use super::target::{Optimization, target};
use super::written::Written;

/// Instructions of CLIF for which a further thread pays.
const THREAD_INSTRUCTIONS: usize = 10_000;

/// Compiles functions; `None` where a frame is too large.
pub(super) fn compile_all(written: Vec<Written>, isa: &dyn TargetIsa) -> Vec<Option<Finished>> {
    let count = written.len();
    let size: usize = (written.iter())
        .map(|written| written.function.dfg.num_insts())
        .sum();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(1 + size / THREAD_INSTRUCTIONS);
    let work: Vec<Mutex<Option<Written>>> = (written.into_iter())
        .map(|written| Mutex::new(Some(written)))
        .collect();
    let next = AtomicUsize::new(0);
    let machines = Machines {
        optimizing: isa,
        lowering: &*target(Optimization::None),
    };
    let run = || {
        let mut context = Context::new();
        let mut done = Vec::new();
        loop {
            if let Err(stop) = OfThread.check() {
                // The other threads find nothing more to do.
                next.store(count, Ordering::Relaxed);
                end(stop);
            }
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = work.get(index) else {
                return done;
            };
            let written = item.lock().map(|mut item| item.take());
            let written = written.ok().flatten().expect("each index comes once");
            done.push((index, compile(&mut context, written, machines)));
        }
    };
    let done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    let mut finished: Vec<Option<Finished>> = (0..count).map(|_| None).collect();
    for (index, function) in done {
        finished[index] = function;
    }
    finished
}

/// The machine, as Cranelift has it with and without its optimizer.
#[derive(Clone, Copy)]
struct Machines<'a> {
    /// For which functions are optimized.
    optimizing: &'a dyn TargetIsa,
    /// For which code is made of what is optimized.
    lowering: &'a dyn TargetIsa,
}

/// Compiles a function.
fn compile(context: &mut Context, written: Written, machines: Machines<'_>) -> Option<Finished> {
    context.clear();
    context.func = written.function;
    context
        .optimize(machines.optimizing, &mut ControlPlane::default())
        .unwrap_or_else(|error| panic!("Cranelift takes what is written for it: {error:?}"));
    remake_slot_addresses(&mut context.func);
    context
        .compile(machines.lowering, &mut ControlPlane::default())
        .unwrap_or_else(|error| panic!("Cranelift takes what it has optimized: {error:?}"));
    finish(context, &written.notes)
}
