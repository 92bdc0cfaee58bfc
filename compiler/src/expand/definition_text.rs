//! The text of a definition at the prompt: macros of later forms may need the procedure while they are expanded.

use syntax::Span;

use super::source::SourceText;

/// A part of a text.
#[derive(Clone, Debug)]
pub(crate) struct DefinitionText {
    source: SourceText,
    span: Span,
}

impl DefinitionText {
    pub(crate) fn new(source: &SourceText, span: Span) -> Self {
        let source = source.clone();
        Self { source, span }
    }

    /// The definition as a text of its own; `None` if it had none.
    pub(crate) fn text(&self) -> Option<SourceText> {
        let range = self.span.start as usize..self.span.end as usize;
        let text = self
            .source
            .text
            .get(range)
            .filter(|text| !text.is_empty())?;
        Some(self.source.with_text(text))
    }

    /// About how many bytes are kept, if nothing else keeps the text.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + (self.span.end - self.span.start) as usize
    }
}
