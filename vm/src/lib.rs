//! The virtual machine: runs images of bytecode and of native code.
//!
//! The virtual machine knows no compiler. `eval` and `load` ask a [`hooks::Frontend`] for an image. The collector
//! is the crate `gc`, and the crate `loader` brings images into memory.
//!
//! The parts, in the order in which a program meets them:
//!
//! * [`Vm`] is the machine as its owner keeps it between runs. Entering it gives a [`Mutator`]: a heap, a stack,
//!   and registers. `images` loads an image. `run` goes from Rust into Scheme, and back with a result or a
//!   [`VmError`].
//! * `interpreter` runs bytecode: one loop, and a file of handlers for each family of instructions. `native` enters
//!   and leaves native code, and has the stubs that native code calls.
//! * `stack` and `frame_walk` hold and walk the frames of both tiers. `continuation` and `chunk` copy frames to the
//!   heap and back.
//! * `primitive` has the Rust procedures that images name by number. `object`, `number`, `port`, `read` and `print`
//!   are what primitives work on. A leaf primitive never runs Scheme.
//! * `object_model` tells the collector where objects and roots are. `verify_frames` finds the roots in frames a
//!   second time, by other code, for the heap verifier.
//! * `datum` and `externals` hand a form with live objects to the compiler.
//!
//! Rust code sees [`Value`]s. A value borrows from the mutator, and a collection needs the mutator by `&mut`. So
//! the borrow checker refuses a value that is used after a collection.
//!
//! Start reading at `interpreter`, then `run`. The file `ARCHITECTURE.md` of the repository explains values,
//! frames, calls and errors, and `docs/native-code.md` draws a stack of both tiers.

mod allocate;
mod arguments;
mod backtrace;
mod chunk;
mod collect;
mod continuation;
mod datum;
mod embed;
mod embed_data;
mod ending;
mod environments;
mod error;
mod exit;
mod externals;
mod frame;
mod frame_walk;
mod handles;
pub mod hooks;
mod host_arguments;
mod host_procedures;
mod images;
mod interpreter;
mod interrupts;
mod link_parts;
mod list_walk;
mod live;
mod mutator;
mod native;
mod native_parts;
mod number;
mod object;
mod object_model;
mod port;
mod primitive;
mod print;
mod procedure_details;
mod promises;
mod read;
mod return_barrier;
mod return_word;
mod roots;
mod run;
mod sample_at_poll;
mod samples;
mod stack;
mod supervisor;
#[cfg(test)]
mod testing;
mod value;
mod verify_frames;
mod verify_image;
mod vm;

pub use arguments::Args;
pub use embed::integer_of;
pub use ending::{Handle, HeapExhausted, HostError, SourcePlace, VmError};
pub use error::{Condition, Irritant, Raise};
pub use hooks::FrontendError;
pub use images::{Growth, Retention};
pub use interrupts::INTERRUPT_BIT;
pub use mutator::{HostClosure, Mutator};
pub use native_parts::{LinkRefusal, NativeParts};
pub use port::{Filled, InputError, LineColumn, LostOutput, system_message};
pub use primitive::Leaf;
pub use samples::{Sample, SampledFrame, Sampler};
pub use value::Value;
pub use verify_image::{CodeProblem, DataProblem, HeaderProblem, VerifyError, verify_image};
pub use vm::{Vm, VmBuildError, VmOptions};
