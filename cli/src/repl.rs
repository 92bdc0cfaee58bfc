//! `cozen`: read, evaluate, print.

use std::io::IsTerminal as _;

use cozen::{EnteredForm, Error, FormReader, NextForm, Runtime, WantedInput};

use crate::arguments::Options;
use crate::interrupt::{Waited, wait_at_prompt, while_at_pipe};
use crate::session::runtime;
use crate::source_lines::SourceLines;
use crate::status::Status;
use crate::{output, report, statistics};

/// Reads forms from standard input, evaluates and prints, until its end. Errors are reported, and the
/// loop goes on.
pub(crate) fn repl(options: &Options) -> Result<Status, Error> {
    let mut runtime = runtime(options, vec!["cozen".to_owned()])?;
    let mut reader = FormReader::default();
    let mut inputs = Inputs::default();
    let mut status = Status::SUCCESS;
    loop {
        let step = match runtime.enter(|scheme| reader.next_form(scheme)) {
            Ok(NextForm::Form(form)) => inputs.run(&mut runtime, &form),
            Ok(NextForm::Wanted(wanted)) => match receive(&mut runtime, &mut reader, wanted) {
                Ok(()) => continue,
                Err(error @ Error::HeapExhausted { .. }) => {
                    runtime.enter(|scheme| reader.forget(scheme));
                    Err(error)
                }
                Err(error) => return Err(error),
            },
            Ok(NextForm::End) => break,
            Err(error) => Err(error),
        };
        status = match step {
            Ok(()) => Status::SUCCESS,
            Err(Error::Exit(code)) => {
                runtime.flush()?;
                return Ok(report::exit_code(code));
            }
            Err(error) => {
                runtime.flush()?;
                let status = report::report(&error, &mut inputs.sources);
                if output::is_closed() {
                    return Ok(status);
                }
                status
            }
        };
    }
    if is_terminal() {
        output::print("\n")?;
        status = Status::SUCCESS;
    }
    if options.gc_statistics {
        statistics::print(&mut runtime);
    }
    Ok(status)
}

fn is_terminal() -> bool {
    // The standard library's object would take a buffer that nobody uses.
    rustix::stdio::stdin().is_terminal()
}

/// Waits for input, at a terminal with a prompt. Ctrl-C there drops the form that has begun.
fn receive(
    runtime: &mut Runtime,
    reader: &mut FormReader,
    wanted: WantedInput,
) -> Result<(), Error> {
    if !is_terminal() {
        return while_at_pipe(|| runtime.enter(|scheme| reader.receive(scheme)));
    }
    output::print(match wanted {
        WantedInput::Form => "> ",
        WantedInput::RestOfForm => "  ",
        WantedInput::RestOfLine => "",
    })?;
    if wait_at_prompt() == Waited::Interrupted {
        runtime.enter(|scheme| reader.forget(scheme));
        return output::print("\n");
    }
    runtime.enter(|scheme| reader.receive(scheme))
}

/// The forms that were entered: each is a source text with a name of its own, so that a later error
/// in a procedure shows the line where it was entered.
#[derive(Default)]
struct Inputs {
    count: usize,
    sources: SourceLines,
}

impl Inputs {
    /// Evaluates a form and prints its values.
    fn run(&mut self, runtime: &mut Runtime, form: &EnteredForm) -> Result<(), Error> {
        self.count += 1;
        let name = format!("stdin#{}", self.count);
        self.sources.remember(&name, &form.text);
        runtime.enter(|scheme| {
            scheme.run_form_for_values(form, &name)?;
            scheme.flush()?;
            scheme.print_values()
        })
    }
}
