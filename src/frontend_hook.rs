//! The compiler as the machine's hook.

use std::path::Path;
use std::rc::Rc;

use compiler::core::ir::LastExpression;
use compiler::diagnostic::Diagnostic;
use compiler::expand::{self, EnvironmentId};
use compiler::id::Id as _;
use compiler::memory;
use loader::TrustedImage;
use syntax::{Data, DatumId};
use vm::hooks::{EnvironmentNumber, FormText, FrontendError};

use crate::allowance::Allowance;
use crate::error::Error;
use crate::frontend::FrontendCell;
use crate::texts::read_source;

/// The compiler of a runtime, which the runtime's machine uses.
#[derive(Debug)]
pub(crate) struct SharedFrontend(pub(crate) FrontendCell);

impl vm::hooks::Frontend for SharedFrontend {
    fn part_bytes(&self) -> usize {
        memory::DATUM_BYTES
    }

    fn retained_bytes(&self) -> usize {
        self.0.borrow().retained_bytes()
    }

    fn settle_libraries(&mut self, is_defined: &dyn Fn(&str) -> bool) -> Vec<Rc<str>> {
        self.0.borrow_mut().settle_libraries(is_defined)
    }

    fn compile_datum(
        &mut self,
        data: &Data,
        datum: DatumId,
        environment: EnvironmentNumber,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        let mut frontend = self.0.borrow_mut();
        let environment = EnvironmentId::new(environment.0);
        let mut allowance = Allowance::new("eval", memory_bytes);
        let program = frontend.expand(&mut allowance, |registry| {
            expand::expand_form(registry, environment, data, datum)
        });
        let purpose = frontend.options.purpose;
        let image = program.and_then(|program| frontend.finish(program, &mut allowance, purpose));
        image.map_err(as_frontend_error)
    }

    fn compile_file(
        &mut self,
        path: &str,
        environment: EnvironmentNumber,
        memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        let source = read_source(Path::new(path)).map_err(as_frontend_error)?;
        let source = source.up_to_mistake();
        let mut frontend = self.0.borrow_mut();
        let environment = EnvironmentId::new(environment.0);
        let mut allowance = Allowance::new(path, memory_bytes);
        let program = frontend.expand(&mut allowance, |registry| {
            expand::expand_text(registry, environment, &source)
        });
        let purpose = frontend.options.purpose;
        let image = program.and_then(|mut program| {
            program.set_last_expression(LastExpression::Value);
            frontend.finish(program, &mut allowance, purpose)
        });
        image.map_err(as_frontend_error)
    }

    fn compile_next(
        &mut self,
        name: &str,
        forms: &[FormText],
        memory_bytes: usize,
    ) -> Result<(TrustedImage<'static>, usize), FrontendError> {
        let compiled = self.0.borrow_mut().compile_next(name, forms, memory_bytes);
        compiled.map_err(as_frontend_error)
    }

    fn environment(
        &mut self,
        data: &Data,
        datum: DatumId,
        memory_bytes: usize,
    ) -> Result<Option<EnvironmentNumber>, FrontendError> {
        let mut frontend = self.0.borrow_mut();
        let environment = frontend.environment(data, datum, memory_bytes);
        let environment = environment.map_err(as_frontend_error)?;
        Ok(environment.map(|environment| EnvironmentNumber(environment.number())))
    }

    fn forget_environment(&mut self, environment: EnvironmentNumber) {
        let environment = EnvironmentId::new(environment.0);
        self.0.borrow_mut().forget_environment(environment);
    }
}

fn first_error(diagnostics: Vec<Diagnostic>) -> FrontendError {
    let first = diagnostics.into_iter().next();
    first.map_or_else(FrontendError::default, |diagnostic| FrontendError {
        message: diagnostic.message,
        file: diagnostic.file,
        line: diagnostic.line,
        column: diagnostic.column,
        ..FrontendError::default()
    })
}

fn as_frontend_error(error: Error) -> FrontendError {
    match error {
        Error::Syntax(diagnostics) => first_error(diagnostics),
        Error::Interrupted { .. } => FrontendError {
            is_interrupted: true,
            ..FrontendError::default()
        },
        Error::CompilationExhausted { .. } => FrontendError {
            is_memory_short: true,
            ..FrontendError::default()
        },
        Error::File { path, error } => FrontendError {
            is_unreadable: true,
            message: vm::system_message(error),
            file: path,
            ..FrontendError::default()
        },
        other => FrontendError {
            message: other.with_causes(),
            ..FrontendError::default()
        },
    }
}
