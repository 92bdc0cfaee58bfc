//! The subjects of random programs: each shape aims at a belief of some pass of the compiler.

mod bindings;
mod data;
mod definitions;
mod errors;
mod numbers;
mod objects;
mod operands;
mod syntax;

use crate::random::Random;

pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Forms for the top level of a program.
    pub(crate) make: fn(&mut Random) -> String,
    /// Whether it wants a program that imports nothing.
    pub(crate) is_without_imports: bool,
    /// Whether it is too slow to be run while everything moves.
    pub(crate) is_large: bool,
}

const fn shape(name: &'static str, make: fn(&mut Random) -> String) -> Shape {
    Shape {
        name,
        make,
        is_without_imports: false,
        is_large: false,
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
    Shape {
        is_without_imports: true,
        ..shape("renamed", syntax::renamed)
    },
];
