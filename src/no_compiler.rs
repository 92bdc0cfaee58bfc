//! What stands for the compiler in a runtime that has none: it refuses every text.

use std::rc::Rc;

use loader::TrustedImage;
use syntax::{Data, DatumId};
use vm::FrontendError;
use vm::hooks::{EnvironmentNumber, FormText};

use crate::error::Error;

/// No compiler, as the machine's hook.
#[derive(Debug)]
pub(crate) struct NoCompiler;

fn refused() -> FrontendError {
    FrontendError {
        message: Error::NoCompiler.to_string(),
        ..FrontendError::default()
    }
}

impl vm::hooks::Frontend for NoCompiler {
    fn part_bytes(&self) -> usize {
        1
    }

    fn retained_bytes(&self) -> usize {
        0
    }

    fn settle_libraries(&mut self, _is_defined: &dyn Fn(&str) -> bool) -> Vec<Rc<str>> {
        Vec::new()
    }

    fn compile_datum(
        &mut self,
        _data: &Data,
        _datum: DatumId,
        _environment: EnvironmentNumber,
        _memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        Err(refused())
    }

    fn compile_file(
        &mut self,
        _path: &str,
        _environment: EnvironmentNumber,
        _memory_bytes: usize,
    ) -> Result<TrustedImage<'static>, FrontendError> {
        Err(refused())
    }

    fn compile_next(
        &mut self,
        _name: &str,
        _forms: &[FormText],
        _memory_bytes: usize,
    ) -> Result<(TrustedImage<'static>, usize), FrontendError> {
        Err(refused())
    }

    fn environment(
        &mut self,
        _data: &Data,
        _datum: DatumId,
        _memory_bytes: usize,
    ) -> Result<Option<EnvironmentNumber>, FrontendError> {
        Err(refused())
    }

    fn forget_environment(&mut self, _environment: EnvironmentNumber) {}
}
