//! What a mutator keeps beside its heap: registers, tables, the stack.

use std::cell::{Cell, RefCell};

use abi::tag;

use crate::object::symbol::SymbolTable;

/// The state of a mutator. All its words are roots unless they say otherwise.
#[derive(Debug)]
pub(crate) struct State {
    /// List of entered `dynamic-wind`s.
    pub(crate) winders: Cell<u64>,
    /// Stack of exception handlers.
    pub(crate) handlers: Cell<u64>,
    /// Bindings of parameters.
    pub(crate) parameters: Cell<u64>,
    /// List of the three standard ports, once one was asked for.
    pub(crate) standard_ports: Cell<u64>,
    /// List of the files that are open for output.
    pub(crate) open_ports: Cell<u64>,
    /// Live objects that evaluated forms name by number.
    pub(crate) externals: RefCell<Vec<u64>>,
    /// Interned symbols.
    pub(crate) symbols: SymbolTable,
    /// The program's name and its arguments.
    pub(crate) command_line: Vec<String>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            winders: Cell::new(tag::NULL),
            handlers: Cell::new(tag::NULL),
            parameters: Cell::new(tag::NULL),
            standard_ports: Cell::new(tag::NULL),
            open_ports: Cell::new(tag::NULL),
            externals: RefCell::default(),
            symbols: SymbolTable::default(),
            command_line: Vec::new(),
        }
    }
}
