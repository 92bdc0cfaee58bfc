//! A precise, moving, generational collector, generic over an object model.
//!
//! The collector knows addresses, objects, spaces, images, roots and mutators. What a value looks
//! like, how large an object is and where the roots are, it asks an [`ObjectModel`].
//!
//! * [`Mutator`] owns a heap and the embedder's state. Allocation, barriers and polls take `&self`;
//!   only [`Mutator::collect`] and [`Mutator::collect_if_due`] move objects, and take `&mut self`.
//! * A collection starts only where the embedder calls it. The embedder polls
//!   ([`Mutator::poll_limit`]); allocation past the nursery's budget only requests a poll.
//! * A minor collection promotes every live young object: after it, nothing is young. What a
//!   frame refers to after a collection therefore stays where it is until the next full one.
//! * 64-bit little-endian hosts only.

mod address;
mod arena;
mod collect;
mod error;
pub mod fuzzing;
mod guardian;
mod handle;
mod heap;
mod image;
mod mutator;
mod object_model;
mod options;
mod platform;
mod poll;
mod slot;
mod space;
mod statistics;
pub mod toy;
mod trace;
mod trigger;
mod value;
mod verify;
mod weak;
mod zeal;

pub use address::{Address, AddressRange, OBJECT_ALIGN_BYTES, WORD_BYTES};
pub use arena::{Arena, CHUNK_BYTES, ChunkKind};
pub use collect::{CollectReason, Outcome};
pub use error::{ArenaError, Full, HeapError, Sealed};
pub use handle::{Handle, HandleId, Handles};
pub use image::{ImageDescription, ImageId};
pub use mutator::Mutator;
pub use object_model::{GuardianNumber, ObjectClass, ObjectModel, Scope, VerifierRoot, Visitor};
pub use options::{HeapOptions, Zeal};
pub use poll::Interrupt;
pub use slot::Slot;
pub use space::nursery::AllocationArea;
pub use statistics::{Event, Pauses, Statistics};
pub use value::{Brand, Value};

const _: () = assert!(usize::BITS == 64, "values and addresses are 64-bit words");
