//! Environments for `eval`, as objects.

use crate::arguments::Args;
use crate::error::PrimitiveResult;
use crate::mutator::Mutator;
use crate::object::environment::environment_number;
use crate::value::Value;

/// `(%environment? object)`
pub(crate) fn is_environment<'m>(_: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::boolean(environment_number(args[0]).is_some()))
}
