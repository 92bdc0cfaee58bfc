//! Values whose words are at hand, and words of objects.

use compiler::ssa::ir::ValueId;
use cranelift_codegen::ir::Value;

/// A value, of which types and proofs tell, with the word that code has for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded {
    /// The value.
    pub(super) value: ValueId,
    /// Its word.
    pub(super) word: Value,
}

/// A word of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// An address in the object.
    pub(super) base: Value,
    /// The distance of the word from there, in bytes.
    pub(super) offset: i32,
}
