//! The limits that the fields of instructions and procedure headers set.

use crate::core::ir::{Expr, Lambda, Program};

/// Why a program cannot be brought into SSA form.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A procedure has more parameters, captured variables or optional parameters than can be numbered.
    #[error("line {line}: procedure `{name}` has {count} {what}, the limit is {limit}")]
    TooManyVariables {
        /// The procedure's name.
        name: String,
        /// Where it was written, from 1.
        line: u32,
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A form hands over more values than can be numbered.
    #[error("line {line}: {count} values at once, the limit is {limit}")]
    TooManyValues {
        /// Where it was written, from 1.
        line: u32,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// Variables of a procedure, and values at once: so that a frame's slots can be numbered.
const VARIABLES_MAX: usize = 32_767;
const OPTIONAL_MAX: usize = 255;

/// Checks the numbers of variables and values.
///
/// # Errors
///
/// The first number that is too large.
pub(super) fn check(program: &Program) -> Result<(), BuildError> {
    program.lambdas.iter().try_for_each(check_lambda)?;
    for (index, expr) in program.exprs.entries() {
        let count = match expr {
            Expr::Call(_, operands)
            | Expr::CallKnown(_, operands)
            | Expr::Goto(_, operands)
            | Expr::Primitive(_, operands) => operands.len(),
            Expr::Receive { required, .. } => required.len(),
            _ => 0,
        };
        if count > VARIABLES_MAX {
            return Err(BuildError::TooManyValues {
                line: program.spans[index].line,
                count,
                limit: VARIABLES_MAX,
            });
        }
    }
    Ok(())
}

fn check_lambda(lambda: &Lambda) -> Result<(), BuildError> {
    let counts = [
        ("parameters", lambda.required.len(), VARIABLES_MAX),
        ("optional parameters", lambda.optional.len(), OPTIONAL_MAX),
        ("captured variables", lambda.free.len(), VARIABLES_MAX),
    ];
    for (what, count, limit) in counts {
        if count > limit {
            return Err(BuildError::TooManyVariables {
                name: lambda.name.to_string(),
                line: lambda.place.line,
                what,
                count,
                limit,
            });
        }
    }
    Ok(())
}
