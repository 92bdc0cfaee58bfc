//! Expansion: from data to Core, by way of macros, libraries and definitions.
//!
//! * [`expand_program`] expands a program with the libraries that it needs. [`expand_text`] and
//!   [`expand_form`] expand texts and forms that are evaluated in an environment.
//!   [`expand_libraries`] expands the libraries of an image. All of them know libraries and
//!   environments through a [`LibraryRegistry`].
//! * Hygiene is by renaming: see `name`. Macros are `syntax-rules`.
//! * A program, with the libraries that are expanded into its unit, is one `Letrec`. Variables of
//!   libraries that other units can reach are defined as globals, too. Evaluated definitions make
//!   globals only.

mod adopt;
mod assigned_by_macros;
mod autoload;
mod body;
mod budget;
mod compiled_library;
mod cond_expand;
mod definition_text;
mod denotation;
mod environments;
mod evaluation;
mod expanded_item;
mod expander;
mod failure;
mod forms;
mod give_back;
mod global_keys;
mod import_set;
mod in_turn;
mod include;
mod interaction;
mod interaction_state;
mod interface;
mod join;
mod library;
mod library_source;
mod live_literals;
mod macro_context;
mod macro_evaluator;
mod macro_origin;
mod macro_use;
mod name;
mod nesting;
mod phase;
mod phase_state;
mod primitive_procedures;
mod read_interface;
mod reference;
mod registry;
mod resolver;
mod scope;
mod separate;
mod source;
mod source_files;
mod syntax;
mod syntax_rules;
mod top_definition;
mod top_environment;
mod tops;
mod transformer;
mod unit;
mod write_interface;

pub use compiled_library::{CompiledLibraries, CompiledLibrary, LibraryRefused};
pub use cond_expand::FEATURES;
pub use environments::EnvironmentId;
pub use library::COMPILED_EXTENSION;
pub use library_source::{LibrarySource, library_file};
pub use macro_evaluator::{
    Evaluated, EvaluatedKind, Form, FormNode, Kept, MacroError, MacroEvaluator, MacroHost,
};
pub use registry::LibraryRegistry;
pub use separate::{Separate, SeparateLibrary, expand_separately};
pub use source::{LetterCase, SentText, SourceText, TextStart};
pub use source_files::{SourceFiles, SystemFiles};
pub use unit::{
    Outcome, expand_first_forms, expand_form, expand_libraries, expand_program, expand_text,
};

#[cfg(test)]
mod tests;
