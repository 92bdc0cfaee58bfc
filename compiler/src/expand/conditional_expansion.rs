//! `cond-expand` and `include`: forms that other forms replace.

use std::path::Path;
use std::rc::Rc;

use syntax::{Data, DataBuilder, Parser, SyntaxError, decode_source};

use super::denotation::CoreForm;
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::source::{LetterCase, SourceText};
use super::syntax::{FileSpan, SyntaxId};

/// The identifiers that `cond-expand` and `(features)` know.
pub const FEATURES: &[&str] = &[
    "r7rs",
    "cozen",
    "exact-closed",
    "ieee-float",
    "full-unicode",
    "ratios",
    "posix",
    "unix",
    "linux",
    "gnu-linux",
    "x86-64",
    "little-endian",
];

/// How deeply files may include files, and requirements of `cond-expand` nest.
const NESTING_MAX: usize = 100;

impl Expander<'_> {
    pub(crate) fn cond_expand(&mut self, id: SyntaxId) -> Result<()> {
        let forms = self.cond_expand_clause(id)?;
        self.sequence_later(&forms, id);
        Ok(())
    }

    /// The forms of the first clause of `cond-expand` that holds.
    pub(crate) fn cond_expand_clause(&mut self, id: SyntaxId) -> Result<Vec<SyntaxId>> {
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        for &clause in parts.iter().skip(1) {
            let mut items = self.syntax.proper_list(clause).unwrap_or_default();
            if items.is_empty() {
                let message = "cond-expand: expected a clause (requirement form ...)";
                return Err(self.failure(clause, message));
            }
            if self.holds(items[0], 0)? {
                items.remove(0);
                return Ok(items);
            }
        }
        let message = "cond-expand: no clause holds, and there is no `else`";
        Err(self.failure(id, message))
    }

    fn holds(&self, requirement: SyntaxId, nesting: usize) -> Result<bool> {
        let malformed = || {
            let message =
                "cond-expand: expected a feature, (and ...), (or ...), (not ...) or (library name)";
            self.failure(requirement, message)
        };
        if nesting > NESTING_MAX {
            return Err(self.failure(requirement, "cond-expand: requirements nest too deeply"));
        }
        if let Some(name) = self.syntax.as_name(requirement) {
            let text = self.text(name);
            return Ok(&**text == "else" || FEATURES.contains(&&**text));
        }
        let parts = self.syntax.proper_list(requirement).unwrap_or_default();
        let Some((&head, operands)) = parts.split_first() else {
            return Err(malformed());
        };
        let head = self
            .syntax
            .as_name(head)
            .map(|name| self.text(name).to_string());
        match (head.as_deref(), operands) {
            (Some("and"), _) => {
                for &operand in operands {
                    if !self.holds(operand, nesting + 1)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Some("or"), _) => {
                for &operand in operands {
                    if self.holds(operand, nesting + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (Some("not"), &[operand]) => Ok(!self.holds(operand, nesting + 1)?),
            (Some("library"), &[name]) => Ok(self.is_library_available(name)),
            _ => Err(malformed()),
        }
    }

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
            forms.extend(self.read_source(source, case, depth)?);
        }
        Ok(forms)
    }

    fn read_file(&self, path: &Path, at: SyntaxId) -> Result<SourceText> {
        let shown = path.display();
        let fail = |message: String| self.failure(at, message);
        let bytes =
            std::fs::read(path).map_err(|error| fail(format!("cannot read {shown}: {error}")))?;
        let text =
            decode_source(&bytes).map_err(|error| fail(format!("cannot read {shown}: {error}")))?;
        Ok(SourceText::new(&shown.to_string(), text))
    }

    /// Takes in a text: its forms. `depth` is the number of files that include it.
    pub(crate) fn read_source(
        &mut self,
        source: SourceText,
        case: LetterCase,
        depth: usize,
    ) -> Result<Vec<SyntaxId>> {
        let text = Rc::clone(&source.text);
        let file = self.sources.add(source, depth);
        let mut data = Data::new();
        let mut forms = Vec::new();
        let mut parser = Parser::new(&text);
        parser.set_fold_case(case == LetterCase::Folded);
        let mut builder = DataBuilder::new(&mut data);
        let failure = |error: SyntaxError| {
            let place = FileSpan {
                file,
                span: error.span,
            };
            Failure::new(place, error.to_string())
        };
        while let Some(form) = parser.next_datum(&mut builder).map_err(failure)? {
            forms.push(form);
        }
        let names = &mut self.registry.names;
        let import = |form| self.syntax.import(names, &data, form, file);
        let forms = forms.into_iter().map(import).collect();
        self.extend_macro_budget(data.len());
        Ok(forms)
    }
}
