//! What is known of frames at safepoints.
//!
//! * `slot_set`, `live_slots`: sets of slots, and the slots that hold values;
//! * `maps`: frame maps, each once;
//! * `loop_poll`: which values stand where at the ends of the turns of loops, for native code that goes on there;
//! * `record`: which values the slots of frame maps hold, for callers that ask.

mod live_slots;
mod loop_poll;
mod maps;
mod record;
mod slot_set;

pub(super) use live_slots::LiveSlots;
pub use loop_poll::LoopPoll;
pub(super) use maps::FrameMaps;
pub use record::{Home, Point, ProcedureRecord, Resident, SafepointRecord};
pub(super) use slot_set::SlotSet;
