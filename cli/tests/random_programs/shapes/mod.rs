//! The subjects of random programs: each shape aims at a belief of some pass of the compiler.

mod bindings;
mod data;
mod definitions;
mod errors;
mod medley;
mod numbers;
mod objects;
mod operands;
mod syntax;

use crate::random::Random;

pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Forms for the top level of a program.
    pub(crate) make: fn(&mut Random) -> String,
    pub(crate) sort: Sort,
    /// Whether it is too slow to be run while everything moves.
    pub(crate) is_large: bool,
    /// Whether a program has one section of it, and nothing else.
    pub(crate) is_alone: bool,
}

/// What a program must be for a section to stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// It has imports.
    Ordinary,
    /// It imports nothing.
    WithoutImports,
    /// It has imports, and Guile prints the same.
    Shared,
}

const fn shape(name: &'static str, make: fn(&mut Random) -> String) -> Shape {
    Shape {
        name,
        make,
        sort: Sort::Ordinary,
        is_large: false,
        is_alone: false,
    }
}

pub(crate) const SHAPES: &[Shape] = &[
    shape("objects", objects::changing),
    shape("objects-assigned", objects::assigned),
    shape("aliases", objects::aliases),
    shape("definitions", definitions::ordered),
    shape("early", definitions::early),
    shape("bindings", bindings::reentered),
    shape("bindings-nested", bindings::nested),
    shape("operands", operands::reentered),
    shape("captured", operands::captured),
    shape("borders", numbers::borders),
    shape("towers", numbers::towers),
    shape("kinds", numbers::kinds),
    shape("literals", numbers::literals),
    shape("strings", data::strings),
    shape("tables", data::tables),
    shape("number-tables", data::number_tables),
    Shape {
        is_large: true,
        ..shape("many", data::many)
    },
    shape("errors", errors::updates),
    shape("hoisted", errors::hoisted),
    shape("quasiquotation", syntax::quasiquotation),
    shape("degenerate", syntax::degenerate),
    shape("medley", medley::medley),
    Shape {
        sort: Sort::Shared,
        ..shape("medley-shared", medley::shared)
    },
    Shape {
        sort: Sort::WithoutImports,
        ..shape("medley-interaction", medley::interaction)
    },
    Shape {
        sort: Sort::WithoutImports,
        is_alone: true,
        ..shape("renamed", syntax::renamed)
    },
];
