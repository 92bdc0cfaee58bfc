//! The virtual machine: objects, frames, interpreter, primitives.
