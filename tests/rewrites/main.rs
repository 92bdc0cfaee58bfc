//! Rules that rewrite calls of procedures give what the procedures give. (`cli/tests/rewrite_counts.rs` runs the
//! programs in this folder after any number of rewrites.)

mod rules;
#[path = "../support/runtime.rs"]
mod runtime;
