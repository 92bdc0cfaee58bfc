//! What the fields of instructions and procedure headers can hold: limits of numbers, and operands that are
//! literal.

use abi::primitive::Primitive;
use abi::tag;

use crate::core::ir::{Expr, ExprId, Lambda, Literal, Program, SourcePlace};

/// Why a program cannot be brought into SSA form.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A procedure has more parameters, captured variables or optional parameters than can be numbered.
    #[error("procedure `{name}` has {count} {what}, the limit is {limit}")]
    TooManyVariables {
        /// The procedure's name.
        name: String,
        /// Where it was written.
        place: SourcePlace,
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A form hands over more values than can be numbered.
    #[error("{count} values at once, the limit is {limit}")]
    TooManyValues {
        /// Where it was written.
        place: SourcePlace,
        /// How many.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The index of a record's field is part of the instruction.
    #[error("`{}` needs a literal index of a field as argument 3", primitive.name())]
    NoLiteralIndex {
        /// The primitive.
        primitive: Primitive,
        /// Where it was written.
        place: SourcePlace,
    },
}

impl BuildError {
    /// Where it was written.
    pub const fn place(&self) -> SourcePlace {
        match self {
            Self::TooManyVariables { place, .. }
            | Self::TooManyValues { place, .. }
            | Self::NoLiteralIndex { place, .. } => *place,
        }
    }
}

/// Variables of a procedure, and values at once: so that a frame's slots can be numbered.
const VARIABLES_MAX: usize = 32_767;
const OPTIONAL_MAX: usize = 255;

/// Which operand of a primitive is the literal index of a record's field.
const RECORD_INDEX_OPERAND: usize = 2;

/// Checks the numbers of variables and values, and the operands that are part of instructions.
///
/// # Errors
///
/// The first number that is too large, or operand that is not literal.
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
                place: program.place(index),
                count,
                limit: VARIABLES_MAX,
            });
        }
        if let Expr::Primitive(primitive @ (Primitive::RecordRef | Primitive::RecordSet), operands) =
            expr
            && !(operands.get(RECORD_INDEX_OPERAND)).is_some_and(|&at| is_small_index(program, at))
        {
            return Err(BuildError::NoLiteralIndex {
                primitive: *primitive,
                place: program.place(index),
            });
        }
    }
    Ok(())
}

fn is_small_index(program: &Program, id: ExprId) -> bool {
    let Expr::Quote(literal) = *program.expr(id) else {
        return false;
    };
    let Literal::Word(word) = program.literals[literal] else {
        return false;
    };
    tag::is_fixnum(word) && u16::try_from(tag::fixnum_value(word)).is_ok()
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
                place: lambda.place,
                what,
                count,
                limit,
            });
        }
    }
    Ok(())
}
