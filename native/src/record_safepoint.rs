//! What a safepoint finds, recorded while its call is written.

use compiler::codegen::frame::{Home, Resident};
use compiler::ssa::ir::{Repr, ValueId};
use cranelift_codegen::ir::types;

use super::emitter::Emitter;
use super::record::Planned;

impl Emitter<'_, '_> {
    /// Records what the frame map of the call that was just written names.
    pub(super) fn record_safepoint(&mut self) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        let at = self.point;
        let tagged = self.live.iter().filter_map(|&value| {
            let slot = self.slot(self.plan.place(value)?);
            let resident = Resident::new(self.procedure, value, Home::Unknown);
            Some((resident, Some(slot)))
        });
        let raw = recorder.raw_values(self.procedure, at);
        let raw = raw
            .into_iter()
            .map(|value| (self.raw_resident(value), None));
        let values = tagged.chain(raw).collect();
        let planned = Planned { at, values };
        let recorder = self.recorder.as_mut().expect("it is asked for");
        let same = (recorder.safepoints.iter()).find(|other| other.at == at);
        assert!(
            same.is_none_or(|same| *same == planned),
            "all calls of one operation find the same"
        );
        if same.is_none() {
            recorder.safepoints.push(planned);
        }
    }

    /// A raw value as Cranelift was told of it.
    fn raw_resident(&self, value: ValueId) -> Resident {
        let mut resident = Resident::new(self.procedure, value, Home::Unknown);
        let is_double = self
            .raw_value(value)
            .is_some_and(|word| self.code.func.dfg.value_type(word) == types::F64);
        resident.repr = match (resident.repr, is_double) {
            (_, true) => Repr::F64,
            (Repr::F64, false) => Repr::U64,
            (word, false) => word,
        };
        resident
    }
}
