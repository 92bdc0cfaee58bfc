//! `cozen`: read, evaluate, print.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use cozen::{Error, Scheme};

use crate::arguments::Options;
use crate::interrupt::{Waited, wait_at_prompt, while_at_pipe};
use crate::session::runtime;
use crate::source_lines::SourceLines;
use crate::{output, report, statistics};

/// What the reader has of the input so far.
enum Input {
    /// Whole forms.
    Complete,
    /// A form that goes on.
    Incomplete,
}

/// Reads forms from standard input, evaluates and prints, until its end. Errors are reported, and the
/// loop goes on.
pub(crate) fn repl(options: &Options) -> Result<ExitCode, Error> {
    let mut runtime = runtime(options, vec!["cozen".to_owned()])?;
    let is_terminal = std::io::stdin().is_terminal();
    let mut lines = std::io::stdin().lock().split(b'\n');
    let mut text = String::new();
    let mut inputs = Inputs::default();
    let mut status = ExitCode::SUCCESS;
    loop {
        if is_terminal {
            output::print(if text.is_empty() { "> " } else { "  " })?;
            if wait_at_prompt() == Waited::Interrupted {
                text.clear();
                output::print("\n")?;
                continue;
            }
        }
        let line = if is_terminal {
            lines.next()
        } else {
            while_at_pipe(|| lines.next())
        };
        let Some(line) = line else { break };
        let line = line.map_err(|error| Error::File {
            path: "standard input".to_owned(),
            error,
        })?;
        match cozen::decode_text(&line, "stdin") {
            Ok(line) => text.push_str(&line),
            Err(error) => {
                status = report::report(&error, &mut inputs.sources);
                text.clear();
                continue;
            }
        }
        text.push('\n');
        match runtime.enter(|scheme| inputs.step(scheme, &text)) {
            Ok(Input::Incomplete) => continue,
            Ok(Input::Complete) => status = ExitCode::SUCCESS,
            Err(Error::Exit(code)) => {
                runtime.flush()?;
                return Ok(report::exit_code(code));
            }
            Err(error) => {
                runtime.flush()?;
                status = report::report(&error, &mut inputs.sources);
                if output::is_closed() {
                    return Ok(status);
                }
            }
        }
        text.clear();
    }
    if !text.trim().is_empty() {
        // The last form goes on, but nothing comes: the compiler says so, with the place.
        if let Err(error) = runtime.enter(|scheme| inputs.run(scheme, &text)) {
            status = report::report(&error, &mut inputs.sources);
        }
    }
    if is_terminal {
        output::print("\n")?;
        status = ExitCode::SUCCESS;
    }
    if options.gc_statistics {
        statistics::print(&mut runtime);
    }
    Ok(status)
}

/// The forms that were entered: each is a source text with a name of its own, so that a later error
/// in a procedure shows the line where it was entered.
#[derive(Default)]
struct Inputs {
    count: usize,
    sources: SourceLines,
}

impl Inputs {
    /// Evaluates the forms of `text` if the last one is whole, up to a mistake, and prints the values.
    fn step(&mut self, scheme: &mut Scheme<'_, '_>, text: &str) -> Result<Input, Error> {
        let Some(forms) = cozen::read_forms(text, "stdin") else {
            return Ok(Input::Incomplete);
        };
        for form in forms.texts() {
            self.run(scheme, form)?;
            scheme.flush()?;
            output::print_values(scheme)?;
        }
        forms.end()?;
        Ok(Input::Complete)
    }

    fn run(&mut self, scheme: &mut Scheme<'_, '_>, form: &str) -> Result<(), Error> {
        self.count += 1;
        let name = format!("stdin#{}", self.count);
        self.sources.remember(&name, form);
        scheme.run_text_for_values(form, &name)
    }
}
