//! The kinds of condition that the virtual machine raises itself.
//!
//! To raise a condition, the machine tail-calls the procedure in the global variable `%vm-error`
//! with three arguments: the kind's name (a symbol), a list of irritants as documented here, and a
//! backtrace (a `CodeAddresses` object: the place of the error, then return words, innermost
//! first).

macro_rules! condition_kinds {
    ($( $(#[$doc:meta])* $name:ident = $text:literal; )*) => {
        /// Why the virtual machine raises.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ConditionKind { $( $(#[$doc])* $name, )* }

        impl ConditionKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The symbol that names the kind.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }
        }
    };
}

condition_kinds! {
    /// Irritants: who (a symbol), argument number from 1, expected type (a string), the value; then the variable that
    /// is the argument (a symbol), if it is told.
    WrongType = "wrong-type";
    /// Irritants: who (a symbol), argument number from 1, the value, and the range as two integers
    /// (first, last).
    OutOfRange = "out-of-range";
    /// Irritants: the procedure, the list of arguments.
    WrongArgumentCount = "wrong-argument-count";
    /// Irritants: expected number of values, the list of values.
    WrongValueCount = "wrong-value-count";
    /// Irritants: the value, the list of arguments.
    NotAProcedure = "not-a-procedure";
    /// Irritants: the variable's name.
    UnboundVariable = "unbound-variable";
    /// Irritants: the variable's name.
    UninitializedVariable = "uninitialized-variable";
    /// Irritants: who, the literal object.
    Immutable = "immutable";
    /// Irritants: who.
    DivisionByZero = "division-by-zero";
    /// Irritants: bytes wanted, the limit in bytes.
    HeapExhausted = "heap-exhausted";
    /// Irritants: the limit in bytes.
    StackExhausted = "stack-exhausted";
    /// No irritants: the user or the embedder interrupted the program. The program sees no such condition: the run
    /// ends, whatever handlers there are.
    Interrupted = "interrupted";
    /// Irritants: who, a message, the file name or port.
    File = "file-error";
    /// Irritants as of `file-error`, and `file-error?` takes it for one: nobody reads what goes to the port.
    ClosedPipe = "closed-pipe";
    /// Irritants: a message, the port's name, line, column.
    Read = "read-error";
    /// Irritants: who, a message, further values.
    Other = "error";
    /// No irritants: a trap instruction.
    Trap = "trap";
    /// Irritants: message, file, line, column: text that does not compile.
    Syntax = "syntax-error";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct() {
        for (index, kind) in ConditionKind::ALL.iter().enumerate() {
            assert!(
                ConditionKind::ALL[..index]
                    .iter()
                    .all(|other| other.name() != kind.name())
            );
        }
    }
}
