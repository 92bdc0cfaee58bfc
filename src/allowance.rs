//! What a compilation may take, and what stops it.

use compiler::memory::Memory;
use syntax::{Stop, Supervisor};

use crate::error::Error;

/// Interrupts end compilations.
#[derive(Debug)]
pub(crate) struct InterruptSupervisor(pub(crate) gc::Interrupt);

impl Supervisor for InterruptSupervisor {
    fn check(&self) -> Result<(), Stop> {
        if self.0.is_raised(vm::INTERRUPT_BIT) && self.0.take(vm::INTERRUPT_BIT) {
            return Err(Stop::Interrupted);
        }
        Ok(())
    }

    /// What the compiler needs for a moment is little beside what [`Allowance`] counts.
    fn reserve(&self, _bytes: usize) -> Result<(), Stop> {
        Ok(())
    }
}

/// What a compilation may take.
#[derive(Debug)]
pub(crate) struct Allowance<'name> {
    /// Of the text, for messages.
    pub(crate) name: &'name str,
    /// All that it may take.
    memory_bytes: usize,
    pub(crate) memory: Memory,
}

impl<'name> Allowance<'name> {
    /// So many bytes for the text of this name.
    pub(crate) const fn new(name: &'name str, memory_bytes: usize) -> Self {
        Self {
            name,
            memory_bytes,
            memory: Memory::new(memory_bytes),
        }
    }

    /// All that the compilation may take.
    pub(crate) const fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// As much as there is.
    pub(crate) const fn unlimited(name: &'name str) -> Self {
        Self::new(name, usize::MAX)
    }

    /// The error of a compilation that was stopped.
    pub(crate) fn stopped(&self, stop: Stop) -> Error {
        match stop {
            Stop::Interrupted => Error::Interrupted {
                backtrace: Vec::new(),
            },
            Stop::Full { .. } => Error::CompilationExhausted {
                name: self.name.to_owned(),
                left_bytes: self.memory_bytes,
            },
        }
    }
}
