//! A library as a unit of its own, whose image other units import.

use std::collections::BTreeSet;
use std::rc::Rc;

use abi::interface::end_key;

use super::compiled_library::OtherLibraries;
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::registry::{Library, LibraryRegistry, Run};
use super::source::SourceText;
use super::syntax::{FileSpan, SyntaxId};
use super::top_environment::TopKind;
use super::unit::guarded;
use super::write_interface::{Unwritable, write_interface};
use crate::core::ir::Program;
use crate::diagnostic::Diagnostic;

/// What became of a library that was to be a unit of its own.
#[derive(Debug)]
pub enum Separate {
    /// It is one.
    Library(Box<SeparateLibrary>),
    /// It can only be expanded into the units that import it, because of this.
    Together(String),
}

/// A library that is a unit of its own.
#[derive(Debug)]
pub struct SeparateLibrary {
    /// Its name, as it is written.
    pub name: Rc<str>,
    /// What defines its globals.
    pub program: Program,
    /// The contents of the section `.cozen.interface` of its image.
    pub interface: Vec<u8>,
    /// The names in it that are not bound, in order.
    pub unbound: Vec<Rc<str>>,
}

/// Expands the one library that `source` defines, as a unit of its own, in a registry that has expanded no other.
/// Other libraries are those of the runtime, and those with images of their own. `name` is that of the library, where
/// the caller knows it.
///
/// # Errors
///
/// What is wrong with the text.
pub fn expand_separately(
    registry: &mut LibraryRegistry,
    source: &SourceText,
    name: Option<&str>,
) -> std::result::Result<Separate, Vec<Diagnostic>> {
    guarded(registry, &source.name, |registry| {
        unguarded(registry, source, name)
    })
}

fn unguarded(
    registry: &mut LibraryRegistry,
    source: &SourceText,
    expected: Option<&str>,
) -> std::result::Result<Separate, Vec<Diagnostic>> {
    let top = registry.add_top(TopKind::Program);
    let mut expander = Expander::new(registry, top);
    expander.other_libraries = OtherLibraries::Refused;
    let (name, form) = match expander.one_library(source, expected) {
        Ok(Ok(library)) => library,
        Ok(Err(reason)) => return Ok(Separate::Together(reason)),
        Err(failure) => return Err(vec![expander.sources.diagnostic(failure)]),
    };
    let failures = expander.expand_library(&name, form).err();
    if expander.other_libraries == OtherLibraries::Wanted {
        let reason = "a library that it imports has no image of its own".to_owned();
        return Ok(Separate::Together(reason));
    }
    let unbound = expander.unbound_names();
    let program = expander.outcome(failures.into_iter().collect())?;
    let end = match registry.imported_library(&name) {
        Some(Library::Ready(_, Run::Pending(key))) => Rc::clone(key),
        _ => {
            unreachable!("a library that was expanded without a mistake is ready, and has not run")
        }
    };
    if *end != *end_key(&name) {
        let reason = "it defines a variable without a name".to_owned();
        return Ok(Separate::Together(reason));
    }
    Ok(
        match write_interface(registry, &[Rc::clone(&name)], &program) {
            Ok(interface) => Separate::Library(Box::new(SeparateLibrary {
                name,
                program,
                interface,
                unbound,
            })),
            Err(Unwritable(reason)) => Separate::Together(reason),
        },
    )
}

impl Expander<'_> {
    /// The names that are not bound, in order.
    fn unbound_names(&self) -> Vec<Rc<str>> {
        let names = self
            .unbound
            .keys()
            .map(|&(name, _)| Rc::clone(self.text(name)));
        let names: BTreeSet<Rc<str>> = names.collect();
        names.into_iter().collect()
    }

    /// The name and the form of the one library in a text; or why there is none.
    fn one_library(
        &mut self,
        source: &SourceText,
        expected: Option<&str>,
    ) -> Result<std::result::Result<(Rc<str>, SyntaxId), String>> {
        let mut declared = match self.declare_file(source) {
            Ok(declared) => declared,
            Err(failure) if expected.is_none() => return Err(failure),
            Err(_) => return Ok(Err("its file holds other forms".to_owned())),
        };
        let (Some(library), true) = (declared.pop(), declared.is_empty()) else {
            let message = "expected one define-library form";
            if expected.is_some() {
                return Ok(Err(message.to_owned()));
            }
            return Err(Failure::new(FileSpan::default(), message));
        };
        if expected.is_some_and(|expected| *expected != *library.0) {
            return Ok(Err("its file defines another library".to_owned()));
        }
        self.declared.clear();
        Ok(Ok(library))
    }
}
