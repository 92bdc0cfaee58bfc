//! Which slots of a frame hold values that are used later.

use super::slot_set::SlotSet;

/// What is known of a frame where code is written.
#[derive(Clone, Debug, Default)]
pub(in crate::codegen) struct LiveSlots {
    /// Slots that hold a value, tagged or not, that is used later.
    pub(in crate::codegen) live: SlotSet,
    /// Those of them that are raw.
    pub(in crate::codegen) raw: SlotSet,
}

impl LiveSlots {
    /// Adds `count` slots from `first` on, which hold tagged words.
    pub(in crate::codegen) fn hold(&mut self, first: u16, count: usize) {
        for slot in (first..=u16::MAX).take(count) {
            self.live.insert(slot);
            self.raw.remove(slot);
        }
    }
}
