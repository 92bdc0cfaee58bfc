//! Tokens: the output of the lexer.

use std::borrow::Cow;

use crate::number::Number;

/// One token of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'text> {
    /// `(`
    OpenList,
    /// `)`
    Close,
    /// `#(`
    OpenVector,
    /// `#u8(`
    OpenBytevector,
    /// `.` by itself
    Dot,
    /// `#;`
    DatumComment,
    /// `'` and its like
    Abbreviation(Abbreviation),
    /// `#0=`
    LabelDefinition(u64),
    /// `#0#`
    LabelReference(u64),
    /// `#t`, `#false`
    Boolean(bool),
    /// `#\a`
    Character(char),
    /// `1/2`
    Number(Number),
    /// `"text"`: its value
    String(Cow<'text, str>),
    /// `name` or `|name|`: its name
    Symbol(Cow<'text, str>),
    /// The text is over.
    End,
}

/// A prefix that stands for a list of a symbol and the next datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abbreviation {
    /// `'`
    Quote,
    /// `` ` ``
    Quasiquote,
    /// `,`
    Unquote,
    /// `,@`
    UnquoteSplicing,
}

impl Abbreviation {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Quote,
        Self::Quasiquote,
        Self::Unquote,
        Self::UnquoteSplicing,
    ];

    /// The prefix as written.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Quote => "'",
            Self::Quasiquote => "`",
            Self::Unquote => ",",
            Self::UnquoteSplicing => ",@",
        }
    }

    /// The symbol it stands for.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Quasiquote => "quasiquote",
            Self::Unquote => "unquote",
            Self::UnquoteSplicing => "unquote-splicing",
        }
    }
}
