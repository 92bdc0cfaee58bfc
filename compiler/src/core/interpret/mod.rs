//! A reference for Core: an interpreter without any optimization, to which passes are compared.
//!
//! The interpreter is a machine with an expression, an environment and a continuation (after
//! Felleisen and Friedman, Control operators, the SECD-machine, and the lambda-calculus, 1986).
//! Continuations and environments are lists in the heap that never change, except for the locations
//! of variables. So a continuation can be entered any number of times. Operands are evaluated from
//! left to right, operators first, as all levels do.
//!
//! The [`Outcome`] of a program says what the program *does*: its assignments to global variables,
//! in order, and its value or error at the end.

mod machine;
mod outcome;
mod primitive;
mod value;

use super::ir::Program;
use machine::Machine;
pub(crate) use outcome::{Outcome, Stop};

/// Evaluates a program in so many steps at most.
pub(crate) fn evaluate(program: &Program, fuel: usize) -> Outcome {
    let mut machine = Machine::new(program, fuel);
    let result = machine.run();
    Outcome {
        result,
        trace: machine.trace,
    }
}

#[cfg(test)]
mod tests {
    use super::evaluate;
    use crate::core::parse;

    /// The trace and the result of a program.
    fn outcome(text: &str) -> String {
        let outcome = evaluate(&parse(text).unwrap(), 1000);
        format!("{:?} {:?}", outcome.trace, outcome.result)
    }

    #[test]
    fn operands_return_any_number_of_times() {
        assert_eq!(
            outcome(
                "(let ((n.0 0) (k.1 #f)) (let ((sum.2 (+ 1 (call (immutable call-with-current-continuation) \
                 (lambda _.0 (c.3) (begin (set! k.1 c.3) 10)))))) (begin (set-global! (global trace) sum.2) \
                 (set! n.0 (+ n.0 1)) (if (< n.0 3) (call k.1 n.0) sum.2))))"
            ),
            "[\"11\", \"2\", \"3\"] Ok(\"3\")"
        );
    }

    #[test]
    fn locations_are_made_when_all_operands_have_returned() {
        assert_eq!(
            outcome(
                "(let ((n.0 0)) (let ((x.1 10) (k.2 (call (immutable call-with-current-continuation) \
                 (lambda _.0 (c.3) c.3)))) (begin (set! x.1 (+ x.1 1)) (set! n.0 (+ n.0 1)) \
                 (set-global! (global trace) x.1) (if (< n.0 3) (call k.2 k.2) x.1))))"
            ),
            "[\"11\", \"11\", \"11\"] Ok(\"11\")"
        );
    }

    #[test]
    fn errors_end_a_program_where_they_are_raised() {
        assert_eq!(
            outcome(
                "(begin (set-global! (global trace) 1) (car 2) (set-global! (global trace) 3))"
            ),
            "[\"1\"] Err(Raise(\"type: 2\"))"
        );
        assert_eq!(
            outcome("(letrec ((a.0 b.1) (b.1 1)) a.0)"),
            "[] Err(Raise(\"uninitialized: b\"))"
        );
        assert_eq!(outcome("(call 1 (car 2))"), "[] Err(Raise(\"type: 2\"))");
        assert_eq!(
            outcome("(call (lambda _.0 (a.0) 1))"),
            "[] Err(Raise(\"count\"))"
        );
    }

    #[test]
    fn a_procedure_captures_where_it_returns_to() {
        assert_eq!(
            outcome(
                "(letrec ((f.0 (lambda f.0 () (let ((k.1 (%capture))) \
                 (begin (%reinstate-value k.1 5) 6))))) (+ 1 (call f.0)))"
            ),
            "[] Ok(\"6\")"
        );
    }
}
