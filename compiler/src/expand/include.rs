//! `include`, and the source files of a unit in general: from a file to forms.

use std::path::Path;
use std::rc::Rc;

use syntax::{Data, DataBuilder, Parser, SyntaxError, SyntaxErrorKind};

use super::denotation::CoreForm;
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::source::{LetterCase, SourceText};
use super::syntax::{FileSpan, SyntaxId};
use crate::checkpoint::OfThread;
use crate::memory;
use crate::unwind::end;

/// How deeply files may include files.
const NESTING_MAX: usize = 100;

impl Expander<'_> {
    pub(crate) fn include_form(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        let forms = self.include(form, id)?;
        self.sequence_later(&forms, id);
        Ok(())
    }

    /// The forms in the files that `(include name ...)` names, relative to the file it stands in.
    pub(crate) fn include(&mut self, form: CoreForm, id: SyntaxId) -> Result<Vec<SyntaxId>> {
        let operands = self.operands(id, form, 1, usize::MAX)?;
        let case = match form {
            CoreForm::IncludeCi => LetterCase::Folded,
            _ => LetterCase::Kept,
        };
        self.include_files(&operands, case, id)
    }

    /// The forms in the files that strings name.
    pub(crate) fn include_files(
        &mut self,
        files: &[SyntaxId],
        case: LetterCase,
        at: SyntaxId,
    ) -> Result<Vec<SyntaxId>> {
        let mut forms = Vec::new();
        for &file in files {
            let Some(name) = self.syntax.as_string(file) else {
                return Err(self.failure(file, "include: expected a file name as a string"));
            };
            let place = self.syntax.place(at);
            let path = self.sources.source(place.file).folder().join(&*name);
            let source = self.read_file(&path, file)?;
            let depth = self.sources.depth(place.file) + 1;
            if depth > NESTING_MAX {
                let message =
                    format!("include: files include each other more than {NESTING_MAX} deep");
                return Err(self.failure(file, message));
            }
            forms.extend(self.read_source(source.with_case(case), depth)?);
        }
        Ok(forms)
    }

    fn read_file(&mut self, path: &Path, at: SyntaxId) -> Result<SourceText> {
        let shown = path.display().to_string();
        let bytes = self.registry.files().read(path).map_err(|error| {
            let message = format!("cannot read {shown}: {error}");
            self.failure(at, message)
        })?;
        Ok(self.sources.decode(&shown, &bytes)?.in_file(path))
    }

    /// Takes in a text: its forms. `depth` is the number of files that include it.
    pub(crate) fn read_source(
        &mut self,
        source: SourceText,
        depth: usize,
    ) -> Result<Vec<SyntaxId>> {
        let text = Rc::clone(&source.text);
        let case = source.case;
        let file = self.sources.add(source, depth);
        let mut data = Data::new();
        let mut forms = Vec::new();
        let mut parser = Parser::new(&text);
        parser.set_fold_case(case == LetterCase::Folded);
        let mut builder = DataBuilder::supervised(&mut data, &OfThread);
        let failure = |error: SyntaxError| {
            if let SyntaxErrorKind::Stopped(stop) = error.kind {
                end(stop);
            }
            let place = FileSpan {
                file,
                span: error.span,
            };
            Failure::new(place, error.to_string())
        };
        memory::take_all(text.len(), memory::TEXT_BYTE_BYTES);
        while let Some(form) = parser.next_datum(&mut builder).map_err(failure)? {
            forms.push(form);
        }
        memory::take_all(data.len(), memory::DATUM_BYTES);
        let names = &mut self.registry.names;
        let forms = self.syntax.import_all(names, &data, &forms, file);
        self.budget.extend(data.len());
        Ok(forms)
    }
}
