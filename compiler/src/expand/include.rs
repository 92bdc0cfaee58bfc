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
        let ReadText { forms, mistake, .. } = self.read_text(source, depth);
        mistake.map_or(Ok(forms), Err)
    }

    /// Takes in a text up to its end or first mistake.
    pub(crate) fn read_text(&mut self, source: SourceText, depth: usize) -> ReadText {
        let text = Rc::clone(&source.text);
        let case = source.case;
        let file = self.sources.add(source, depth);
        let mut data = Data::new();
        let mut forms = Vec::new();
        let mut parser = Parser::new(&text);
        parser.set_fold_case(case == LetterCase::Folded);
        let mut builder = DataBuilder::supervised(&mut data, &OfThread);
        memory::take_all(text.len(), memory::TEXT_BYTE_BYTES);
        let mut starts = Vec::new();
        let mistake = loop {
            starts.push(FormStart {
                offset: parser.offset(),
                folds_case: parser.folds_case(),
            });
            match parser.next_datum(&mut builder) {
                Ok(Some(form)) => forms.push(form),
                Ok(None) => break None,
                Err(error) => break Some(misread(file, &error)),
            }
        };
        memory::take_all(data.len(), memory::DATUM_BYTES);
        let names = &mut self.registry.names;
        let forms = self.syntax.import_all(names, &data, &forms, file);
        self.budget.extend(data.len());
        ReadText {
            file,
            forms,
            starts,
            mistake,
        }
    }
}

/// A text that was read.
pub(crate) struct ReadText {
    pub(crate) file: u16,
    pub(crate) forms: Vec<SyntaxId>,
    /// Where each form starts, with what separates it from the form before; and what is behind the last form.
    pub(crate) starts: Vec<FormStart>,
    /// Why there is not more, if the text does not end there.
    pub(crate) mistake: Option<Failure>,
}

impl ReadText {
    /// A form without a text.
    pub(crate) fn of_datum(form: SyntaxId) -> Self {
        Self {
            file: 0,
            forms: vec![form],
            starts: Vec::new(),
            mistake: None,
        }
    }
}

/// Where a form starts.
#[derive(Clone, Copy)]
pub(crate) struct FormStart {
    pub(crate) offset: u32,
    /// Whether letters are folded there.
    pub(crate) folds_case: bool,
}

fn misread(file: u16, error: &SyntaxError) -> Failure {
    if let SyntaxErrorKind::Stopped(stop) = error.kind {
        end(stop);
    }
    let place = FileSpan {
        file,
        span: error.span,
    };
    Failure::new(place, error.to_string())
}
