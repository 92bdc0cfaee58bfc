//! `cozen -e EXPR`.

use cozen::Error;

use crate::arguments::Options;
use crate::session::{finish, runtime};
use crate::source_lines::SourceLines;
use crate::status::Status;

/// Evaluates expressions and prints the values of the last one that are not unspecified.
pub(crate) fn evaluate(options: &Options, expressions: &[String]) -> Result<Status, Error> {
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
            scheme.run_text_for_values(expression, &name)?;
        }
        scheme.print_values()
    });
    Ok(finish(options, &mut runtime, done, &mut sources))
}
