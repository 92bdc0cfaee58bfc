//! Lets the caller's frame stay for tail calls of library procedures that do not [return
//! themselves](crate::core::returning), as far as R7RS and the SRFIs allow. So backtraces show where the program called
//! them.
//!
//! Before: stage 1, behind `name-activations` and `integrate-primitives`. After: stage 1.
//!
//! There are three sorts of such procedures. One calls an argument in tail position. If the argument is no procedure,
//! the call raises for certain, and is no tail call then. Nothing changes where the argument is a lambda expression, as
//! it is in most texts:
//!
//! ```text
//! (call (immutable call/cc) f.0)
//!   =>  (if (procedure? f.0)
//!           (call (immutable call/cc) f.0)
//!           (begin (call (immutable call/cc) f.0) #f))
//! ```
//!
//! One returns several values, always as many:
//!
//! ```text
//! (call (immutable partition) odd?.0 l.1)
//!   =>  (receive (in.2 out.3) (call (immutable partition) odd?.0 l.1) (values in.2 out.3))
//! ```
//!
//! One works in two steps, of which only the second is a tail call. The library has the first one as a procedure that
//! returns itself. `any` calls its argument for the last element in tail position, as SRFI 1 demands; the first step is
//! all that comes before:
//!
//! ```text
//! (call (immutable any) f.0 l.1)
//!   =>  (call (call (returning %any) f.0 l.1))
//! ```
//!
//! # Claims
//!
//! * Procedures of [`Rule::Calls`] never return, if they are given so many arguments, and one of those that are named
//!   there is no procedure.
//! * Procedures of [`Rule::Returns`] return so many values, if they return.
//! * Procedures of [`Rule::Steps`] are the two steps, one after the other.

use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use crate::checkpoint;
use crate::core::ir::{
    CallPosition, Expr, ExprId, Global, GlobalId, Program, SourcePlace, VariableId,
};
use crate::core::post_order;

/// How the frame of a caller is kept.
#[derive(Clone, Copy)]
enum Rule {
    /// The procedure calls the arguments with these indices before it returns.
    Calls(&'static [usize]),
    /// The procedure returns so many values.
    Returns(usize),
    /// The procedure gives its arguments to one of the library, `first`. It gives the result to another one, `then`, or
    /// calls the result if there is none.
    Steps {
        first: &'static str,
        then: Option<&'static str>,
    },
}

impl Rule {
    /// That of the procedure `name` of the library, if it is given `count` arguments.
    fn of(name: &str, count: usize) -> Option<Self> {
        let thunk = |first| Some(Self::Steps { first, then: None });
        match (name, count) {
            ("call-with-current-continuation", 1) => Some(Self::Calls(&[0])),
            ("call-with-values", 2) => Some(Self::Calls(&[0, 1])),
            ("dynamic-wind", 3) => Some(Self::Calls(&[0, 1, 2])),
            (
                "with-exception-handler"
                | "call-with-port"
                | "call-with-input-file"
                | "call-with-output-file"
                | "with-input-from-file"
                | "with-output-to-file",
                2,
            ) => Some(Self::Calls(&[1])),
            ("any", 2..) => thunk("%any"),
            ("every", 2..) => thunk("%every"),
            ("eval", 2) => thunk("%thunk-of"),
            ("hash-table-find", 3) => thunk("%hash-table-find"),
            ("hash-table-ref", 2..=4) => thunk("%hash-table-ref"),
            ("load", 1 | 2) => thunk("%thunk-of-file"),
            ("force", 1) => Some(Self::Steps {
                first: "%forced",
                then: Some("%value-of"),
            }),
            _ => returned_values(name).map(Self::Returns),
        }
    }
}

/// How many values the procedure `name` of the library returns, if not one.
fn returned_values(name: &str) -> Option<usize> {
    match name {
        "break"
        | "break!"
        | "car+cdr"
        | "exact-integer-sqrt"
        | "floor/"
        | "hash-table-entries"
        | "hash-table-pop!"
        | "hashtable-entries"
        | "lset-diff+intersection"
        | "lset-diff+intersection!"
        | "partition"
        | "partition!"
        | "span"
        | "span!"
        | "split-at"
        | "split-at!"
        | "truncate/"
        | "unzip2"
        | "vector-partition" => Some(2),
        "unzip3" => Some(3),
        "unzip4" => Some(4),
        "unzip5" => Some(5),
        _ => None,
    }
}

/// Runs the pass.
#[must_use]
pub fn keep_callers(mut program: Program) -> Program {
    for id in post_order(&program, program.root()) {
        checkpoint::step();
        if program.place(id).call != CallPosition::Tail {
            continue;
        }
        let Expr::Call(operator, operands) = program.expr(id) else {
            continue;
        };
        let &Expr::GlobalRef(global) = program.expr(*operator) else {
            continue;
        };
        let global = program.global(global);
        if !global.immutable {
            continue;
        }
        let (operator, operands) = (*operator, operands.clone());
        match Rule::of(&global.key, operands.len()) {
            Some(Rule::Calls(called)) => {
                let is_lambda =
                    |index: usize| matches!(program.expr(operands[index]), Expr::Lambda(_));
                let checked = called.iter().copied().filter(|&index| !is_lambda(index));
                let checked: Vec<usize> = checked.collect();
                if !checked.is_empty() {
                    keep_caller(&mut program, id, operator, &operands, &checked);
                }
            }
            Some(Rule::Returns(count)) => pass_values_on(&mut program, id, count),
            Some(Rule::Steps { first, then }) => {
                take_steps(&mut program, id, operands, first, then);
            }
            None => {}
        }
    }
    program
}

/// Receives the values of a call, and returns them.
fn pass_values_on(program: &mut Program, id: ExprId, count: usize) {
    let place = program.place(id);
    let stays = SourcePlace {
        call: CallPosition::Inner,
        ..place
    };
    program.spans[id] = stays;
    let producer = program.relocate(id);
    let required = (0..count).map(|_| program.add_variable("value".into()));
    let required: Vec<VariableId> = required.collect();
    let values = required.iter().map(|&value| Expr::Local(value));
    let values = values.map(|value| program.add(value, stays)).collect();
    let body = program.add(Expr::Primitive(Primitive::Values, values), stays);
    let receive = Expr::Receive {
        required,
        rest: None,
        producer,
        body,
    };
    program.replace(id, receive);
}

/// Gives the operands to `first`, and its result to `then`.
fn take_steps(
    program: &mut Program,
    id: ExprId,
    operands: Vec<ExprId>,
    first: &str,
    then: Option<&str>,
) {
    let place = program.place(id);
    let stays = SourcePlace {
        call: CallPosition::Inner,
        ..place
    };
    let name = |program: &mut Program, procedure| {
        let global = library_global(program, procedure);
        program.add(Expr::GlobalRef(global), stays)
    };
    let first = name(program, first);
    let result = program.add(Expr::Call(first, operands), stays);
    let (operator, operands) = match then {
        Some(then) => (name(program, then), vec![result]),
        None => (result, Vec::new()),
    };
    program.replace(id, Expr::Call(operator, operands));
}

/// The global of a procedure of the library.
fn library_global(program: &mut Program, key: &str) -> GlobalId {
    let same = (program.globals.entries()).find(|(_, global)| &*global.key == key);
    if let Some(id) = same.map(|(id, _)| id) {
        return id;
    }
    program.globals.push(Global {
        key: Rc::from(key),
        immutable: true,
        returns_itself: false,
    })
}

fn keep_caller(
    program: &mut Program,
    id: ExprId,
    operator: ExprId,
    operands: &[ExprId],
    checked: &[usize],
) {
    let place = program.place(id);
    let stays = SourcePlace {
        call: CallPosition::Inner,
        ..place
    };
    let (bindings, variables) = bind(program, operands);
    let operator = program.expr(operator).clone();
    let call = |program: &mut Program, place: SourcePlace| {
        let operator = program.add(operator.clone(), stays);
        let read = variables.iter().map(|&variable| Expr::Local(variable));
        let operands = read.map(|expr| program.add(expr, stays)).collect();
        program.add(Expr::Call(operator, operands), place)
    };
    let tail_call = call(program, place);
    let raising = call(program, stays);
    let never = add_false(program, stays);
    let raising = program.add(Expr::Sequence(vec![raising, never]), stays);
    let are_procedures = test(program, &variables, checked, stays);
    let result = program.add(Expr::If(are_procedures, tail_call, raising), stays);
    program.spans[id] = stays;
    program.replace(id, Expr::Let(bindings, result));
}

/// Whether the variables with these indices hold procedures.
fn test(
    program: &mut Program,
    variables: &[VariableId],
    checked: &[usize],
    place: SourcePlace,
) -> ExprId {
    let mut tests = checked.iter().map(|&index| variables[index]).rev();
    let mut is_procedure = |program: &mut Program| {
        let operand = Expr::Local(tests.next()?);
        let operand = program.add(operand, place);
        let test = Expr::Primitive(Primitive::IsProcedure, vec![operand]);
        Some(program.add(test, place))
    };
    let mut all = is_procedure(program).expect("an argument is checked");
    while let Some(earlier) = is_procedure(program) {
        let no = add_false(program, place);
        all = program.add(Expr::If(earlier, all, no), place);
    }
    all
}

fn add_false(program: &mut Program, place: SourcePlace) -> ExprId {
    let literal = program.add_word(tag::FALSE);
    program.add(Expr::Quote(literal), place)
}

/// Variables for the operands, so that each is evaluated once.
fn bind(
    program: &mut Program,
    operands: &[ExprId],
) -> (Vec<(VariableId, ExprId)>, Vec<VariableId>) {
    let variables = operands
        .iter()
        .map(|_| program.add_variable("argument".into()));
    let variables: Vec<VariableId> = variables.collect();
    let bindings = variables.iter().copied().zip(operands.iter().copied());
    (bindings.collect(), variables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Stage;
    use crate::core::golden::after;
    use crate::core::pass::name_activations;

    fn run(program: Program) -> Program {
        keep_callers(name_activations(program))
    }

    #[test]
    fn what_is_no_procedure_is_called_while_the_frame_stays() {
        let found = after(
            run,
            Stage::Expanded,
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) x.1))",
        );
        let wanted = "(lambda f.0 (x.1) (let ((argument.2 x.1)) (if (procedure? argument.2) \
                      (call (immutable call-with-current-continuation) argument.2) \
                      (begin (call (immutable call-with-current-continuation) argument.2) #f))))";
        assert_eq!(found, wanted);
    }

    #[test]
    fn several_values_are_received_and_passed_on() {
        let found = after(
            run,
            Stage::Expanded,
            "(lambda f.0 (x.1) (call (immutable partition) x.1 x.1))",
        );
        let wanted = "(lambda f.0 (x.1) (receive (value.2 value.3) \
                      (call (immutable partition) x.1 x.1) (values value.2 value.3)))";
        assert_eq!(found, wanted);
    }

    #[test]
    fn only_the_second_step_is_a_tail_call() {
        let found = after(
            run,
            Stage::Expanded,
            "(lambda f.0 (x.1) (call (immutable any) x.1 x.1))",
        );
        assert_eq!(
            found,
            "(lambda f.0 (x.1) (call (call (immutable %any) x.1 x.1)))"
        );
        let found = after(
            run,
            Stage::Expanded,
            "(lambda f.0 (x.1) (call (immutable force) x.1))",
        );
        assert_eq!(
            found,
            "(lambda f.0 (x.1) (call (immutable %value-of) (call (immutable %forced) x.1)))"
        );
    }

    #[test]
    fn lambda_expressions_other_counts_and_inner_calls_stay() {
        for text in [
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) (lambda g.1 (k.2) k.2)))\n",
            "(lambda f.0 (x.1) (call (immutable call-with-current-continuation) x.1 x.1))\n",
            "(lambda f.0 (x.1) (call (global call-with-current-continuation) x.1))\n",
            "(lambda f.0 (x.1) (car (call (immutable call-with-current-continuation) x.1)))\n",
            "(lambda f.0 (x.1) (car (call (immutable any) x.1 x.1)))\n",
            "(lambda f.0 (x.1) (call (global any) x.1 x.1))\n",
            "(lambda f.0 (x.1) (call (immutable eval) x.1))\n",
        ] {
            let unchanged = after(name_activations, Stage::Expanded, text);
            assert_eq!(after(run, Stage::Expanded, text), unchanged);
        }
    }
}
