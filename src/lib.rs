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
//! A [`Value`] borrows from the [`Scheme`] it came from, and carries the brand of its heap. One that is
//! used after something ran, or with another heap, does not compile:
//!
//! ```compile_fail
//! # let mut runtime = cozen::Runtime::new().unwrap();
//! runtime.enter(|scheme| {
//!     let stale = scheme.value();
//!     scheme.collect();
//!     stale.is_null()
//! });
//! ```

mod boot;
mod builder;
mod convert;
mod distrust;
mod error;
mod frontend;
mod handle;
mod host_procedure;
mod portable;
mod runtime;
mod scheme;
mod tier;
mod value;

pub use abi::native::Tier;
pub use builder::RuntimeBuilder;
pub use compiler::options::{Level, Options as CompilerOptions};
pub use convert::{FromScheme, IntoScheme};
pub use distrust::check_facts_from_environment;
pub use error::{Error, Place, Raised};
pub use frontend::{Forms, Frontend, has_native_code, read_file, read_forms};
pub use handle::Handle;
pub use host_procedure::Call;
pub use runtime::{Interrupt, Runtime};
pub use scheme::{Heap, Scheme};
pub use tier::tier_from_environment;
pub use value::Value;
