//! `cozen -e EXPR`.

use std::process::ExitCode;

use cozen::Error;

use crate::arguments::Options;
use crate::output;
use crate::report::SourceLines;
use crate::session::{finish, runtime};

/// Evaluates expressions and prints the value of the last one, if it is not unspecified.
pub(crate) fn evaluate(options: &Options, expressions: &[String]) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, vec!["cozen".to_owned()])?;
    let mut sources = SourceLines::default();
    let done = runtime.enter(|scheme| {
        for (index, expression) in expressions.iter().enumerate() {
            let name = if index == 0 {
                "-e".to_owned()
            } else {
                format!("-e#{}", index + 1)
            };
            sources.remember(&name, expression);
            scheme.run_text(expression, &name)?;
        }
        let value = scheme.value();
        if value.is_unspecified() {
            return Ok(());
        }
        output::print_line(&scheme.heap().written(value))
    });
    Ok(finish(options, &mut runtime, done, &mut sources))
}
