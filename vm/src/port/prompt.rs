//! Standard input as a prompt reads it: from the buffer that the program reads from, too.

use std::cell::Cell;
use std::io;

use super::input::{self, Filled};
use super::utf8::LineColumn;
use crate::ending::HeapExhausted;
use crate::error::Raise;
use crate::mutator::Mutator;
use crate::object::port::PortObject;

/// Why no more input came.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The heap's limit leaves no room for what waits already.
    #[error(transparent)]
    HeapExhausted(#[from] HeapExhausted),
    /// What the system says.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl Mutator<'_> {
    /// The port of standard input, which the library has made.
    fn standard_input(&self) -> Option<PortObject<'_>> {
        PortObject::of(self.elements(self.standard_ports()).next()?)
    }

    /// The bytes of standard input that wait for whoever reads next.
    pub fn waiting_input(&self) -> &[Cell<u8>] {
        self.standard_input().map_or(&[], PortObject::waiting)
    }

    /// Takes so many of the bytes of standard input that wait.
    ///
    /// # Panics
    ///
    /// If fewer wait.
    pub fn take_input(&mut self, count: usize) {
        if let Some(port) = self.standard_input() {
            port.take(count);
        }
    }

    /// The place of the next byte of standard input.
    pub fn input_place(&self) -> LineColumn {
        self.standard_input()
            .map_or_else(LineColumn::default, PortObject::place)
    }

    /// Whether `#!fold-case` holds for what waits.
    pub fn input_folds_case(&self) -> bool {
        self.standard_input().is_some_and(PortObject::folds_case)
    }

    /// Says whether `#!fold-case` holds for what waits.
    pub fn set_input_folds_case(&mut self, folds_case: bool) {
        if let Some(port) = self.standard_input() {
            port.set_folds_case(folds_case);
        }
    }

    /// Waits for standard input. Signals do not end the wait.
    ///
    /// # Errors
    ///
    /// See [`InputError`].
    pub fn receive_input(&mut self) -> Result<Filled, InputError> {
        loop {
            let Some(port) = self.standard_input() else {
                return Ok(Filled::AtEnd);
            };
            let Some(descriptor) = port.descriptor() else {
                return Ok(Filled::AtEnd);
            };
            if input::take_found_end(port) {
                return Ok(Filled::AtEnd);
            }
            let needed_bytes = match input::make_room(self, port) {
                Ok(()) => return Ok(input::receive(port, descriptor).map_err(io::Error::from)?),
                Err(Raise::Full(bytes)) => bytes,
                // An interrupt that came while nothing ran.
                Err(_) => 0,
            };
            self.make_room(needed_bytes)?;
        }
    }
}
