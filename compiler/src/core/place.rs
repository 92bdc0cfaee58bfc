//! Places in source files, and whose frame would show them.

use abi::written_name::WrittenName;
use syntax::Span;

use crate::id::define_ids;

define_ids! {
    /// An index into [`super::activation::Activations`].
    pub ActivationId;
}

impl ActivationId {
    /// That of the unit's entry. Before the pass `name-activations`, all places have it.
    pub const ENTRY: Self = Self(0);
}

impl Default for ActivationId {
    fn default() -> Self {
        Self::ENTRY
    }
}

/// A place in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourcePlace {
    /// Index into [`super::ir::Program::files`].
    pub file: u16,
    /// Line, from 1; 0 if there is none.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes of the source.
    pub span: Span,
    /// The procedure that is called there, where its errors would not name it.
    pub written: WrittenName,
    /// Whose frame would show the place, if nothing were inlined.
    pub activation: ActivationId,
    /// What becomes of that frame while a call at the place runs.
    pub call: CallPosition,
}

/// What a row of the line table says that code without lines differs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineAndName {
    /// From 1; 0 if there is none.
    pub line: u32,
    /// What errors name.
    pub written: WrittenName,
}

impl SourcePlace {
    /// Whether the place says anything: code that the compiler made by itself has none.
    pub fn is_known(&self) -> bool {
        self.line > 0 || self.activation != ActivationId::ENTRY
    }

    /// Whether the line table needs a row of the place behind the last one, whose line and written
    /// name are given. Code for `eval` has no lines, but its errors name what was written.
    pub fn needs_row_behind(&self, last: Option<LineAndName>) -> bool {
        let last = last.unwrap_or(LineAndName {
            line: 0,
            written: WrittenName::NONE,
        });
        self.is_known() || (last.line == 0 && last.written != self.written)
    }

    /// Its line, and what errors there name.
    pub fn line_and_name(&self) -> LineAndName {
        LineAndName {
            line: self.line,
            written: self.written,
        }
    }
}

/// What becomes of the caller's frame in a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallPosition {
    /// It stays.
    #[default]
    Inner,
    /// The callee's frame takes its place.
    Tail,
}
