//! Source texts of a unit: from byte offsets to lines and columns, and to diagnostics.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use syntax::{Span, SyntaxErrorKind};

use super::failure::{Failure, Result};
use super::syntax::FileSpan;
use crate::core::ir::SourcePlace;
use crate::diagnostic::{Diagnostic, Place};

/// A text to compile, with the name that messages call it by.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The path of the file, or what else to call the text.
    pub name: Rc<str>,
    /// The text.
    pub text: Rc<str>,
    /// What becomes of letters in symbols, up to a directive.
    pub case: LetterCase,
    /// When its forms are expanded.
    pub(crate) order: FormOrder,
    /// Where the text starts in what it was taken from.
    start: TextStart,
    /// The folder that relative names in the text start from, unless the name tells.
    folder: Option<Rc<Path>>,
}

/// A text for another thread.
#[derive(Clone, Debug)]
pub struct SentText {
    name: String,
    text: String,
    case: LetterCase,
    order: FormOrder,
    start: TextStart,
    folder: Option<PathBuf>,
}

impl SentText {
    /// The text, with all that is known of it.
    pub fn new(source: &SourceText) -> Self {
        Self {
            name: source.name.to_string(),
            text: source.text.to_string(),
            case: source.case,
            order: source.order,
            start: source.start,
            folder: source.folder.as_deref().map(Path::to_path_buf),
        }
    }

    /// What messages call the text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes the text has.
    pub fn byte_count(&self) -> usize {
        self.text.len()
    }

    /// The text as it was.
    pub fn source(&self) -> SourceText {
        SourceText {
            name: (*self.name).into(),
            text: (*self.text).into(),
            case: self.case,
            order: self.order,
            start: self.start,
            folder: self.folder.as_deref().map(Rc::from),
        }
    }
}

/// What becomes of letters in symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterCase {
    /// They stay as they are.
    Kept,
    /// As after `#!fold-case`.
    Folded,
}

/// When the forms of a text are expanded that are evaluated one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FormOrder {
    /// All of them before the first one runs.
    #[default]
    Together,
    /// Those behind a form that may evaluate others when this one has run.
    InTurn,
    /// As `InTurn`, and a mistake is found when the forms before it have run.
    UpToMistake,
}

/// Where a text starts: lines before it, and characters before it in its first line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextStart {
    /// Line feeds before the text.
    pub line: u32,
    /// Characters between the last of them and the text.
    pub column: u32,
}

impl SourceText {
    /// A text and its name.
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            case: LetterCase::Kept,
            order: FormOrder::Together,
            start: TextStart::default(),
            folder: None,
        }
    }

    /// The text, which is to run at once: if a form may evaluate others, the forms behind it are expanded when it has
    /// run. A mistake anywhere is found before.
    #[must_use]
    pub fn in_turn(self) -> Self {
        let order = FormOrder::InTurn;
        Self { order, ..self }
    }

    /// As [`Self::in_turn`], for a text whose forms are evaluated up to the first mistake.
    #[must_use]
    pub fn up_to_mistake(self) -> Self {
        let order = FormOrder::UpToMistake;
        Self { order, ..self }
    }

    /// The text, as a part of another one with the same name.
    #[must_use]
    pub fn starting_at(self, start: TextStart) -> Self {
        Self { start, ..self }
    }

    /// The text of a file. A name cannot tell where the file is if its path is no UTF-8.
    #[must_use]
    pub fn in_file(self, path: &Path) -> Self {
        let folder = path.parent().map(Rc::from);
        Self { folder, ..self }
    }

    /// Another text of the same file.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        Self {
            text: text.into(),
            start: TextStart::default(),
            ..self.clone()
        }
    }

    /// The text, with letters as `case` says.
    #[must_use]
    pub fn with_case(self, case: LetterCase) -> Self {
        Self { case, ..self }
    }

    /// The text that `bytes` encode.
    ///
    /// # Errors
    ///
    /// Bytes that are no UTF-8, with the place of the first one that is wrong.
    pub fn decode(name: &str, bytes: &[u8]) -> std::result::Result<Self, Box<Diagnostic>> {
        let mut sources = Sources::default();
        let decoded = sources.decode(name, bytes);
        decoded.map_err(|failure| Box::new(sources.diagnostic(failure)))
    }

    /// The folder that relative names in the text start from.
    pub fn folder(&self) -> &Path {
        let of_name = || Path::new(&*self.name).parent();
        let folder = self.folder.as_deref().or_else(of_name);
        folder.unwrap_or_else(|| Path::new(""))
    }
}

/// How far apart places are whose number of characters is known: lines may be long.
const CHECKPOINT_BYTES: usize = 256;

/// The texts of a unit.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    source: SourceText,
    /// How many files include it, one in the other.
    depth: usize,
    /// Offset of each line's first byte; empty for what has no text.
    line_starts: Vec<u32>,
    /// Characters before every [`CHECKPOINT_BYTES`]th byte; none where each byte is a character.
    checkpoints: Vec<u32>,
}

impl Sources {
    /// Adds a text; files beyond the numbers that places have room for share the last one.
    pub(crate) fn add(&mut self, source: SourceText, depth: usize) -> u16 {
        let mut line_starts = Vec::new();
        if !source.text.is_empty() {
            line_starts.push(0);
            let bytes = source.text.bytes().enumerate();
            let line_feeds = bytes.filter(|&(_, byte)| byte == b'\n');
            line_starts.extend(line_feeds.map(|(offset, _)| offset as u32 + 1));
        }
        let checkpoints = checkpoints(&source.text);
        self.files.push(File {
            source,
            depth,
            line_starts,
            checkpoints,
        });
        u16::try_from(self.files.len() - 1).unwrap_or(u16::MAX)
    }

    /// The text that the bytes of a file encode. If they encode none, the file is added as far as it can be shown.
    pub(crate) fn decode(&mut self, name: &str, bytes: &[u8]) -> Result<SourceText> {
        let error = match syntax::decode_source(bytes) {
            Ok(text) => return Ok(SourceText::new(name, text)),
            Err(error) => error,
        };
        let (text, width) = match error.kind {
            SyntaxErrorKind::InvalidUtf8 { .. } => {
                let width = char::REPLACEMENT_CHARACTER.len_utf8() as u32;
                (String::from_utf8_lossy(bytes), width)
            }
            _ => (Cow::Borrowed(""), 0),
        };
        let start = error.span.start;
        let place = FileSpan {
            file: self.add(SourceText::new(name, &text), 0),
            span: Span::new(start, start.saturating_add(width)),
        };
        Err(Failure::new(place, error.to_string()))
    }

    pub(crate) fn source(&self, file: u16) -> &SourceText {
        &self.files[usize::from(file)].source
    }

    /// How many files include this one, one in the other.
    pub(crate) fn depth(&self, file: u16) -> usize {
        self.files[usize::from(file)].depth
    }

    pub(crate) fn names(&self) -> Vec<Rc<str>> {
        let names = self.files.iter().map(|file| Rc::clone(&file.source.name));
        names.collect()
    }

    pub(crate) fn texts(&self) -> Vec<Rc<str>> {
        let texts = self.files.iter().map(|file| Rc::clone(&file.source.text));
        texts.collect()
    }

    /// The place as Core keeps it.
    pub(crate) fn place(&self, place: FileSpan) -> SourcePlace {
        let Some(file) = self.files.get(usize::from(place.file)) else {
            return SourcePlace::default();
        };
        let (line, column) = file.line_column(place.span.start);
        SourcePlace {
            file: place.file,
            line,
            column,
            span: place.span,
            ..SourcePlace::default()
        }
    }

    pub(crate) fn diagnostic(&self, failure: Failure) -> Diagnostic {
        let mistake = failure.into_mistake();
        let SourcePlace { line, column, .. } = self.place(mistake.place);
        let Some(File { source, .. }) = self.files.get(usize::from(mistake.place.file)) else {
            return Diagnostic::without_place(mistake.message, mistake.notes);
        };
        let place = Place {
            file: &source.name,
            text: &source.text,
            line,
            column,
            span: mistake.place.span,
        };
        let mut diagnostic = place.diagnostic(mistake.message, mistake.notes);
        if line == source.start.line + 1 {
            // What stands before the text in its first line is not known.
            let blank = " ".repeat(source.start.column as usize);
            diagnostic.source_line.insert_str(0, &blank);
        }
        diagnostic
    }
}

impl File {
    /// Line and column from 1, or zeros where there is no text.
    fn line_column(&self, offset: u32) -> (u32, u32) {
        let lines = self.line_starts.partition_point(|&start| start <= offset);
        let Some(line_index) = lines.checked_sub(1) else {
            return (0, 0);
        };
        let offset = offset.min(self.source.text.len() as u32);
        let start = self.line_starts[line_index];
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        let before = self.source.start;
        match line_index {
            0 => (before.line + 1, before.column.saturating_add(column)),
            _ => (before.line.saturating_add(lines as u32), column),
        }
    }

    fn characters_before(&self, offset: u32) -> u32 {
        if self.checkpoints.is_empty() {
            return offset;
        }
        let offset = offset as usize;
        let checkpoint = offset / CHECKPOINT_BYTES;
        let bytes = &self.source.text.as_bytes()[checkpoint * CHECKPOINT_BYTES..offset];
        self.checkpoints[checkpoint] + count_characters(bytes)
    }
}

fn checkpoints(text: &str) -> Vec<u32> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut count = 0;
    let mut checkpoints = vec![0];
    for chunk in text.as_bytes().chunks(CHECKPOINT_BYTES) {
        count += count_characters(chunk);
        checkpoints.push(count);
    }
    checkpoints
}

/// Counts the bytes that begin a character.
fn count_characters(bytes: &[u8]) -> u32 {
    let starts = bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80);
    starts.count() as u32
}
