//! The primitives: Rust procedures that images name by number.
//!
//! A *leaf* takes bounded time, never blocks and never runs Scheme; it may be run again after a
//! collection, and so reserves what it needs ([`Mutator::reserve`]) before its first side effect.

pub(crate) mod functions;

use crate::arguments::Args;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::value::Value;

/// A leaf primitive.
///
/// The interpreter has checked the number of arguments.
pub type Leaf = for<'m> fn(&'m Mutator<'_>, Args<'m>) -> Result<Value<'m>, Raise<'m>>;
