//! Tokens: the output of the lexer.

use std::borrow::Cow;

use crate::number::Number;

/// One token of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'text> {
    /// `(` or `[`
    OpenList(Bracket),
    /// `)` or `]`
    Close(Bracket),
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
    /// `#!eof` and its like
    Constant(Constant),
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

/// What lists are written between (R6RS 4.3.2: brackets are parentheses).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    /// `(` and `)`
    Round,
    /// `[` and `]`
    Square,
}

impl Bracket {
    /// As it opens.
    pub const fn opening(self) -> &'static str {
        match self {
            Self::Round => "(",
            Self::Square => "[",
        }
    }

    /// As it closes.
    pub const fn closing(self) -> &'static str {
        match self {
            Self::Round => ")",
            Self::Square => "]",
        }
    }
}

/// An object that has no other text than its name after `#!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// The end-of-file object.
    Eof,
    /// What stands for an optional argument that was not given.
    Default,
    /// What expressions without a useful value return.
    Unspecific,
    /// In parameter lists: optional parameters follow.
    Optional,
    /// In parameter lists: the parameter that takes the rest follows.
    Rest,
    /// In parameter lists: keyword parameters follow.
    Key,
}

impl Constant {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Eof,
        Self::Default,
        Self::Unspecific,
        Self::Optional,
        Self::Rest,
        Self::Key,
    ];

    /// The text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Eof => "#!eof",
            Self::Default => "#!default",
            Self::Unspecific => "#!unspecific",
            Self::Optional => "#!optional",
            Self::Rest => "#!rest",
            Self::Key => "#!key",
        }
    }
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
    /// `#'`
    Syntax,
    /// `` #` ``
    Quasisyntax,
    /// `#,`
    Unsyntax,
    /// `#,@`
    UnsyntaxSplicing,
}

impl Abbreviation {
    /// Those that data are written with (R7RS 6.13.3); the others are read only.
    pub const WRITTEN: [Self; 4] = [
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
            Self::Syntax => "#'",
            Self::Quasisyntax => "#`",
            Self::Unsyntax => "#,",
            Self::UnsyntaxSplicing => "#,@",
        }
    }

    /// The symbol it stands for.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Quasiquote => "quasiquote",
            Self::Unquote => "unquote",
            Self::UnquoteSplicing => "unquote-splicing",
            Self::Syntax => "syntax",
            Self::Quasisyntax => "quasisyntax",
            Self::Unsyntax => "unsyntax",
            Self::UnsyntaxSplicing => "unsyntax-splicing",
        }
    }
}
