//! A precise, moving, generational collector, generic over an object model.
//!
//! The collector knows addresses, objects, spaces, images, roots and mutators. An [`ObjectModel`]
//! tells the collector what a value looks like, how large an object is, and where the roots are.
//!
//! * [`Mutator`] owns a heap and the embedder's state. Allocation, barriers and polls take `&self`.
//!   Only [`Mutator::collect`] and [`Mutator::collect_if_due`] move objects, and take `&mut self`.
//!   A [`Value`] borrows from `&self`, so that the borrow checker finds every stale value.
//! * A collection starts only where the embedder calls it. The embedder polls
//!   ([`Mutator::poll_limit`]). Allocation past the nursery's budget only requests a poll.
//! * A minor collection promotes every live young object: after any collection, nothing is young.
//!   So a minor collection need not see a frame again that an earlier collection has seen, and that
//!   did not run since.
//! * Full collections mark most old objects where they are, and move others. Large objects and pinned ones never
//!   move. An object can be pinned only when it is allocated ([`Mutator::allocate_pinned`]).
//! * A program without unsafe code cannot break memory, whatever it does with this crate: a function
//!   that takes a word, a slot or an address on trust is `unsafe`. `tests/adversary.rs` tries.
//! * No state is global: any number of heaps live in a process.
//! * 64-bit little-endian hosts only.
//!
//! ```
//! use gc::toy::enter;
//! use gc::{HeapOptions, Outcome, Scope};
//!
//! enter(&HeapOptions::default(), |session| {
//!     let pair = session.pair(session.integer(1), session.integer(2));
//!     let root = session.push_root(pair);
//!     assert_eq!(session.collect(Scope::Minor), Outcome::Done);
//!     // `pair` may not be used any more: it does not live as long as the collection.
//!     let pair = session.root(root);
//!     assert_eq!(session.as_integer(session.field(pair, 1)), Some(2));
//! })?;
//! # Ok::<(), gc::HeapError>(())
//! ```

mod account;
mod address;
mod address_space;
mod arena;
mod barrier;
mod charge;
mod chunk_kind;
mod chunk_table;
mod collect;
mod error;
pub mod fuzzing;
mod guardian;
mod handle;
mod hashed_tables;
mod heap;
mod image;
mod mark_queue;
mod mutator;
mod object_model;
mod occupancy;
mod options;
mod platform;
mod poll;
mod region;
mod settle;
mod slot;
mod small_images;
mod space;
mod statistics;
pub mod toy;
mod trace;
mod trigger;
mod value;
mod verify;
mod weak;
mod zeal;

pub use account::Charge;
pub use address::{Address, AddressRange, OBJECT_ALIGN_BYTES, WORD_BYTES};
pub use arena::{Arena, CHUNK_BYTES, ChunkKind};
pub use collect::{CollectReason, Outcome};
pub use error::{ArenaError, Full, HeapError, Sealed};
pub use handle::{Handle, HandleId, Handles};
pub use image::{ImageDescription, ImageId, ImageKeeper};
pub use mutator::{Mutator, MutatorPrefix};
pub use object_model::{GuardianNumber, ObjectClass, ObjectModel, Scope, VerifierRoot, Visitor};
pub use options::{Evacuation, HeapOptions, Zeal};
pub use poll::Interrupt;
pub use slot::Slot;
pub use statistics::{Event, Pauses, Statistics};
pub use value::{Brand, Value};

const _: () = assert!(usize::BITS == 64, "values and addresses are 64-bit words");
