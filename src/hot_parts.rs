//! Which native code a program that runs gets first: that of the procedures in which samples find it.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use compiler::id::IdVec;
use compiler::parts::{PartOrder, PartOrders, ProgramCode};
use compiler::ssa::ir::{Callee, Operation, ProcedureId, Terminator};
use gc::ImageId;
use loader::TrustedImage;
use vm::Sampler;

/// Between two samples at first. A sample takes some thousand instructions of the program at most.
const INTERVAL_MIN: Duration = Duration::from_millis(1);

/// Between two samples of a program that runs natively.
const INTERVAL_MAX: Duration = Duration::from_millis(32);

/// Between two requests while no sample comes: the program waits.
const INTERVAL_OF_WAIT_MAX: Duration = Duration::from_millis(256);

/// After so many samples of that kind, nothing more is made.
const QUIET_SAMPLES_MAX: u32 = 64;

/// What a sample says of the procedure of the program that runs, and of the others on the stack.
const HEAT_OF_INNERMOST: u32 = 2;
const HEAT_OF_OUTER: u32 = 1;

/// A procedure is hot from so much heat on: two samples.
const HOT: u32 = 3;

/// Bytes of bytecode for which native code is made at once: it takes some milliseconds.
const PART_BYTES: u32 = 4096;

/// So many samples come before all native code is made, or so many requests of a program that does not poll: a loop
/// that runs is found.
const EARLY_SAMPLES: u32 = 4;
const EARLY_REQUESTS_MAX: u32 = 64;

/// So many parts may come before all native code is made, when that is due.
const EARLY_PARTS_MAX: u32 = 12;

/// What there is of a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    Nothing,
    /// Native code, or it can have none.
    Code,
    /// The same, and native entries into its loops.
    Loops,
}

/// Takes parts.
pub(crate) trait PartTaker {
    /// Whether nobody wants parts any more.
    fn is_over(&self) -> bool;

    /// Takes native code of some procedures.
    fn take_some(&mut self, part: &TrustedImage<'static>);

    /// Takes all native code of the program.
    fn take_whole(&mut self, part: &TrustedImage<'static>);
}

/// Asks where a program is.
pub(crate) trait Samples {
    /// Has a sample taken soon, if the program polls.
    fn request(&self);

    /// The last sample, if it was taken since this was asked before: the virtual addresses in the program's image where
    /// its frames stand, innermost first.
    fn take(&mut self) -> Option<Vec<u32>>;

    /// Lets the program run for so long.
    fn wait(&self, interval: Duration);
}

/// Samples of the program in an image.
#[derive(Debug)]
pub(crate) struct ImageSamples {
    pub(crate) sampler: Sampler,
    pub(crate) image: ImageId,
}

impl Samples for ImageSamples {
    fn request(&self) {
        self.sampler.request();
    }

    fn take(&mut self) -> Option<Vec<u32>> {
        let sample = self.sampler.take()?;
        let frames = sample.iter().filter(|frame| frame.image == self.image);
        Some(frames.map(|frame| frame.address).collect())
    }

    fn wait(&self, interval: Duration) {
        thread::sleep(interval);
    }
}

/// Orders parts by what samples say.
pub(crate) struct HotParts<'a> {
    taker: &'a mut dyn PartTaker,
    sampler: &'a mut dyn Samples,
    /// When the part with all native code is made at the latest.
    whole_at: Instant,
    is_whole_made: bool,
    /// How many parts were ordered before.
    early_parts: u32,
    requests: u32,
    samples: u32,
    /// Whether the part that is being made is that one.
    is_whole_next: bool,
    made: IdVec<ProcedureId, Made>,
    heat: BTreeMap<ProcedureId, u32>,
    interval: Duration,
    quiet_samples: u32,
}

impl<'a> HotParts<'a> {
    pub(crate) fn new(
        taker: &'a mut dyn PartTaker,
        sampler: &'a mut dyn Samples,
        whole_at: Instant,
    ) -> Self {
        Self {
            taker,
            sampler,
            whole_at,
            is_whole_made: false,
            early_parts: 0,
            requests: 0,
            samples: 0,
            is_whole_next: false,
            made: IdVec::new(),
            heat: BTreeMap::new(),
            interval: INTERVAL_MIN,
            quiet_samples: 0,
        }
    }

    fn is_whole_due(&self) -> bool {
        let is_early = self.samples < EARLY_SAMPLES && self.requests < EARLY_REQUESTS_MAX;
        !self.is_whole_made && !is_early && Instant::now() >= self.whole_at
    }

    /// Asks for a sample, and adds the one that comes.
    fn sample(&mut self, program: ProgramCode<'_>) {
        self.sampler.request();
        self.sampler.wait(self.interval);
        let sample = self.sampler.take();
        self.requests = self.requests.saturating_add(1);
        self.samples = self.samples.saturating_add(u32::from(sample.is_some()));
        match sample.map(|sample| self.add(program, &sample)) {
            Some(true) => {
                self.interval = INTERVAL_MIN;
                self.quiet_samples = 0;
            }
            Some(false) if self.is_whole_made => {
                self.interval = (2 * self.interval).min(INTERVAL_MAX);
                self.quiet_samples += 1;
            }
            // It waits, or its native code runs without a poll. What it does then is not known yet.
            None if self.is_whole_made => {
                self.interval = (2 * self.interval).min(INTERVAL_OF_WAIT_MAX);
            }
            Some(false) | None => {}
        }
    }

    /// Adds what a sample says; whether it has found bytecode that can become native.
    fn add(&mut self, program: ProgramCode<'_>, sample: &[u32]) -> bool {
        let mut heat = HEAT_OF_INNERMOST;
        let mut is_found = false;
        for &address in sample {
            if let Some(procedure) = program.procedure_at(address)
                && self.made[procedure] < Made::Loops
                && procedure != ProcedureId::ENTRY
            {
                *self.heat.entry(procedure).or_default() += heat;
                is_found = true;
            }
            heat = HEAT_OF_OUTER;
        }
        is_found
    }

    /// The hot procedures and what they call, as far as that is made soon; `None` if none is hot.
    fn hottest(&mut self, program: ProgramCode<'_>) -> Option<PartOrder> {
        let mut by_heat: Vec<(u32, ProcedureId)> =
            self.heat.iter().map(|(&id, &heat)| (heat, id)).collect();
        by_heat.sort_unstable_by_key(|&(heat, id)| (std::cmp::Reverse(heat), id));
        if by_heat.first()?.0 < HOT {
            return None;
        }
        let mut procedures = program.unit.procedures.side_table(false);
        let mut loops = procedures.clone();
        let mut bytes = 0;
        let mut chosen = Vec::new();
        for (_, id) in by_heat {
            if bytes > 0 && bytes + program.bytes_of(id) > PART_BYTES {
                break;
            }
            bytes += program.bytes_of(id);
            (procedures[id], loops[id]) = (true, true);
            self.made[id] = Made::Loops;
            self.heat.remove(&id);
            chosen.push(id);
        }
        let mut next = 0;
        while let Some(&id) = chosen.get(next) {
            next += 1;
            for callee in callees(program, id) {
                let callee_bytes = program.bytes_of(callee);
                if self.made[callee] == Made::Nothing
                    && !procedures[callee]
                    && bytes + callee_bytes <= PART_BYTES
                {
                    bytes += callee_bytes;
                    procedures[callee] = true;
                    self.made[callee] = Made::Code;
                    chosen.push(callee);
                }
            }
        }
        Some(PartOrder::Some { procedures, loops })
    }

    fn whole(&mut self) -> PartOrder {
        self.is_whole_next = true;
        self.is_whole_made = true;
        for made in &mut self.made {
            *made = (*made).max(Made::Code);
        }
        PartOrder::Whole
    }
}

impl PartOrders for HotParts<'_> {
    fn next(&mut self, program: ProgramCode<'_>) -> Option<PartOrder> {
        if self.made.is_empty() {
            self.made = program.unit.procedures.side_table(Made::Nothing);
        }
        self.is_whole_next = false;
        loop {
            if self.taker.is_over() {
                return None;
            }
            self.sample(program);
            let is_whole_due = self.is_whole_due();
            if is_whole_due && self.early_parts >= EARLY_PARTS_MAX {
                return Some(self.whole());
            }
            if let Some(order) = self.hottest(program) {
                self.early_parts += u32::from(!self.is_whole_made);
                return Some(order);
            }
            if is_whole_due {
                return Some(self.whole());
            }
            if self.quiet_samples > QUIET_SAMPLES_MAX {
                return None;
            }
        }
    }

    fn take(&mut self, part: Option<Vec<u8>>) {
        let Some(part) = part else {
            return;
        };
        // SAFETY: the compiler, which alone has these orders, has just written the part.
        let part = unsafe { TrustedImage::vouch(part) };
        if self.is_whole_next {
            self.taker.take_whole(&part);
        } else {
            self.taker.take_some(&part);
        }
    }
}

/// The procedures that known calls of a procedure lead to, and those of which it makes closures.
fn callees(program: ProgramCode<'_>, id: ProcedureId) -> Vec<ProcedureId> {
    let mut found = Vec::new();
    for block in &program.unit.procedures[id].blocks {
        for instruction in &block.instructions {
            match instruction.operation {
                Operation::CallKnown(procedure, ..)
                | Operation::StaticClosure(procedure)
                | Operation::MakeClosure(procedure, _) => found.push(procedure),
                _ => {}
            }
        }
        match block.terminator {
            Terminator::TailCallKnown(procedure, ..)
            | Terminator::CallReceive {
                callee: Callee::Known(procedure, _),
                ..
            } => found.push(procedure),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use compiler::id::Id as _;
    use compiler::ssa::ir::Unit;
    use compiler::ssa::parse::parse;

    use super::*;

    /// Bytes of each procedure.
    const BYTES: u32 = 64;
    /// Where the first starts.
    const START: u32 = 0x1_0000;

    /// Finds the program at these addresses, one sample after the other, and nowhere when there are no more. Where
    /// there is no sample, the program waits.
    struct Script(Vec<Option<Vec<u32>>>, Cell<u32>);

    impl Samples for Script {
        fn request(&self) {
            self.1.set(self.1.get() + 1);
        }

        fn take(&mut self) -> Option<Vec<u32>> {
            if self.0.is_empty() {
                return Some(Vec::new());
            }
            self.0.remove(0)
        }

        fn wait(&self, _: Duration) {}
    }

    #[derive(Default)]
    struct Taker {
        taken: Vec<&'static str>,
        is_over: bool,
    }

    impl PartTaker for Taker {
        fn is_over(&self) -> bool {
            self.is_over
        }

        fn take_some(&mut self, _: &TrustedImage<'static>) {
            self.taken.push("some");
        }

        fn take_whole(&mut self, _: &TrustedImage<'static>) {
            self.taken.push("whole");
        }
    }

    /// An entry, and procedures of which each calls the next.
    fn unit(count: u32) -> Unit {
        let entry = "(procedure \"\" 0 0 #f 0 () (block b0 () (let v0 (fixnum 0)) (return v0)))";
        let procedure = |number: u32| {
            let next = (number + 1).min(count - 1);
            format!(
                "(procedure \"p\" 1 0 #f 0 (\"x\")
                   (block b0 (v0) (let v1 (call-known {next} #f v0)) (return v1)))"
            )
        };
        let text = entry.to_owned() + &(1..count).map(procedure).collect::<String>();
        parse(&text).expect("well-formed")
    }

    fn address(procedure: u32) -> u32 {
        START + BYTES * procedure + 20
    }

    /// The orders of a program in which samples find these procedures, up to the last: procedures, and those with
    /// loops; all if there is none.
    fn orders(count: u32, samples: &[&[u32]], taker: &mut Taker) -> Vec<(Vec<u32>, Vec<u32>)> {
        let samples: Vec<_> = samples.iter().copied().map(Some).collect();
        orders_with_waits(count, &samples, taker)
    }

    /// As [`orders`], where the program may also wait instead of a sample.
    fn orders_with_waits(
        count: u32,
        samples: &[Option<&[u32]>],
        taker: &mut Taker,
    ) -> Vec<(Vec<u32>, Vec<u32>)> {
        let unit = unit(count);
        let addresses = (unit.procedures.ids()).map(|id| START + BYTES * id.number());
        let addresses = addresses.collect();
        let end = START + BYTES * count;
        let program = ProgramCode {
            unit: &unit,
            addresses: &addresses,
            end,
        };
        let samples = samples
            .iter()
            .map(|sample| sample.map(|sample| sample.iter().map(|&id| address(id)).collect()));
        let mut script = Script(samples.collect(), Cell::new(0));
        let mut parts = HotParts::new(taker, &mut script, Instant::now());
        let mut orders = Vec::new();
        let members = |of: &IdVec<ProcedureId, bool>| -> Vec<u32> {
            let members = of.entries().filter(|(_, is_member)| **is_member);
            members.map(|(id, _)| id.number()).collect()
        };
        while let Some(order) = parts.next(program) {
            parts.take(Some(Vec::new()));
            orders.push(match order {
                PartOrder::Some { procedures, loops } => (members(&procedures), members(&loops)),
                PartOrder::Whole | PartOrder::WholeWithLoops => (Vec::new(), Vec::new()),
            });
        }
        orders
    }

    #[test]
    fn what_two_samples_find_comes_first_with_what_it_calls_and_all_native_code_afterwards() {
        let mut taker = Taker::default();
        let found = orders(6, &[&[3], &[3, 1]], &mut taker);
        let whole = (Vec::new(), Vec::new());
        assert_eq!(found, [(vec![1, 2, 3, 4, 5], vec![1, 3]), whole]);
        assert_eq!(taker.taken, ["some", "whole"]);
    }

    #[test]
    fn the_hottest_come_first_as_far_as_a_part_goes() {
        let mut taker = Taker::default();
        let samples: [&[u32]; 3] = [&[90, 10], &[90, 10], &[50]];
        let found = orders(200, &samples, &mut taker);
        let (procedures, loops) = &found[0];
        assert_eq!(loops, &[10, 90], "50 is found later");
        assert_eq!(procedures.len() as u32, PART_BYTES / BYTES);
        assert!(procedures.contains(&91) && procedures.contains(&11));
    }

    #[test]
    fn a_frame_that_still_stands_in_bytecode_gets_entries_into_its_loops_after_all_is_made() {
        let mut taker = Taker::default();
        let samples: [&[u32]; 6] = [&[], &[], &[], &[], &[2], &[2]];
        let found = orders(4, &samples, &mut taker);
        assert_eq!(found, [(vec![], vec![]), (vec![2], vec![2])]);
    }

    #[test]
    fn a_loop_behind_a_long_wait_is_found() {
        let mut taker = Taker::default();
        let samples: [&[u32]; 4] = [&[]; 4];
        let mut samples: Vec<Option<&[u32]>> = samples.map(Some).to_vec();
        samples.extend([None; 1000]);
        samples.extend([Some(&[2][..]); 2]);
        let found = orders_with_waits(4, &samples, &mut taker);
        assert_eq!(found, [(vec![], vec![]), (vec![2], vec![2])]);
    }

    #[test]
    fn nothing_is_ordered_for_a_runtime_that_is_gone() {
        let mut taker = Taker {
            is_over: true,
            ..Taker::default()
        };
        assert_eq!(orders(4, &[&[1], &[1]], &mut taker), []);
    }
}
