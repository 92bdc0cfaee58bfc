//! Cozen, a Scheme runtime: the embedding interface.
//!
//! ```
//! use cozen::{Call, Error, Runtime};
//!
//! let mut runtime = Runtime::builder().heap_bytes_max(256 << 20).build()?;
//! runtime.enter(|scheme| {
//!     // Rust closures are procedures.
//!     scheme.define_procedure("host-double", |call: &mut Call<'_, '_>| {
//!         let number: i64 = call.argument(0)?;
//!         call.give(number * 2)
//!     })?;
//!     let answer: i64 = scheme.evaluate("(host-double (+ 20 1))")?;
//!     assert_eq!(answer, 42);
//!
//!     // Procedures are kept by handles and called.
//!     scheme.run_text("(define (add a b) (+ a b))", "example")?;
//!     let add = scheme.handle(scheme.variable("add")?);
//!     let sum: f64 = scheme.call(&add, &[&1.5, &2])?;
//!     assert_eq!(sum, 3.5);
//!
//!     // What Scheme raises comes back as an error.
//!     let error = scheme.evaluate::<()>("(vector-ref (vector 1 2) 9)").unwrap_err();
//!     assert!(error.to_string().contains("vector-ref"));
//!     Ok(())
//! })
//! # .map_err(|error: Error| error.to_string())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! * `compiler` (default): compiles Scheme text. Without `compiler`, a runtime only runs images. The methods that take
//!   a text do not exist, and `eval` raises a condition.
//! * `native` (default, turns `compiler` on): makes native code of texts and of the library. Images that contain native
//!   code run without `native`, too.
//!
//! # Values
//!
//! A [`Value`] borrows from the [`Scheme`] that gave the value, and carries the brand of its heap. A program that uses
//! a value after Scheme code ran, or with another heap, does not compile:
//!
//! ```compile_fail
//! # let mut runtime = cozen::Runtime::new().unwrap();
//! runtime.enter(|scheme| {
//!     let stale = scheme.value();
//!     scheme.collect();
//!     stale.is_null()
//! });
//! ```

#[cfg(feature = "compiler")]
mod allowance;
mod boot;
mod builder;
#[cfg(feature = "compiler")]
mod cache;
#[cfg(feature = "compiler")]
mod cached_place;
#[cfg(feature = "compiler")]
mod compiler_report;
mod convert;
mod embedded;
#[cfg(feature = "compiler")]
mod entered_form;
mod error;
mod files;
#[cfg(feature = "compiler")]
mod form_reader;
#[cfg(feature = "compiler")]
mod frontend;
#[cfg(feature = "compiler")]
mod frontend_hook;
mod handle;
#[cfg(feature = "compiler")]
mod host_procedure;
#[cfg(feature = "compiler")]
mod hot_parts;
pub mod inspect;
#[cfg(feature = "compiler")]
mod jit;
#[cfg(feature = "compiler")]
mod libraries;
pub mod link;
#[cfg(feature = "compiler")]
mod macro_evaluator;
#[cfg(feature = "compiler")]
mod macro_form;
#[cfg(feature = "compiler")]
mod macro_limits;
#[cfg(feature = "compiler")]
mod macro_settings;
#[cfg(feature = "compiler")]
mod make_native;
#[cfg(feature = "compiler")]
mod native_work;
#[cfg(feature = "compiler")]
mod next_forms;
mod no_compiler;
#[cfg(feature = "compiler")]
mod portable;
#[cfg(feature = "compiler")]
mod program;
#[cfg(feature = "compiler")]
mod recorded_files;
#[cfg(feature = "compiler")]
mod recorded_program;
mod runtime;
mod scheme;
#[cfg(feature = "compiler")]
mod source_prefix;
#[cfg(feature = "compiler")]
mod standard_frontend;
#[cfg(feature = "compiler")]
mod texts;
#[cfg(feature = "compiler")]
mod thread_compiler;
mod value;
#[cfg(feature = "compiler")]
mod whole_program;

pub use abi::native::Tier;
pub use builder::RuntimeBuilder;
#[cfg(feature = "compiler")]
pub use cache::{CacheEntry, EntryState, ProgramCache};
#[cfg(feature = "compiler")]
pub use compiler::compile::pass_names;
#[cfg(feature = "compiler")]
pub use compiler::diagnostic::Diagnostic;
#[doc(hidden)]
#[cfg(feature = "compiler")]
pub use compiler::internal_error::plant_panic;
#[cfg(feature = "compiler")]
pub use compiler::options::{Level, Options as CompilerOptions, UnboundNames};
#[cfg(feature = "compiler")]
pub use compiler_report::CompilerReport;
pub use convert::{FromScheme, IntoScheme};
pub use embedded::EmbeddedProgram;
#[cfg(feature = "compiler")]
pub use entered_form::EnteredForm;
pub use error::{BacktraceFrame, Error, Raised, TextError};
pub use files::{has_native_code, read_file, source_of_other_version, verify_image};
#[cfg(feature = "compiler")]
pub use form_reader::{FormReader, NextForm, WantedInput};
#[cfg(feature = "compiler")]
pub use frontend::Frontend;
pub use gc::{Pauses, Statistics, Zeal};
pub use handle::Handle;
#[cfg(feature = "compiler")]
pub use host_procedure::Call;
#[cfg(feature = "compiler")]
pub use jit::Jit;
pub use loader::{LinkedBytes, LoadError, TrustedImage};
#[cfg(feature = "compiler")]
pub use program::Program;
pub use runtime::{Interrupt, Runtime};
pub use scheme::{Heap, Scheme};
#[cfg(feature = "compiler")]
pub use source_prefix::SourcePrefix;
pub use syntax::PlacedMessage;
#[cfg(feature = "compiler")]
pub use texts::{mistake_width, read_forms};
pub use value::Value;
pub use vm::{
    CodeProblem, DataProblem, HeaderProblem, LinkRefusal, Retention, VerifyError, VmBuildError,
};
