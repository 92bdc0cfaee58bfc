//! Breaking S-expressions into lines.

/// Columns that a list may fill on one line.
const WIDTH: usize = 96;
/// Columns that lines are indented at most, so that deep texts stay short.
const INDENT_MAX: usize = 60;

enum Token {
    Open,
    Close,
    Atom(Box<str>),
}

/// A text under construction, token by token.
#[derive(Default)]
pub(crate) struct TextLayout {
    tokens: Vec<Token>,
}

impl TextLayout {
    /// Starts a list.
    pub(crate) fn open(&mut self) {
        self.tokens.push(Token::Open);
    }

    /// Ends a list.
    pub(crate) fn close(&mut self) {
        self.tokens.push(Token::Close);
    }

    /// Adds anything but a list.
    pub(crate) fn atom(&mut self, text: &str) {
        self.tokens.push(Token::Atom(text.into()));
    }

    /// The text: lists that are too long for a line have an element a line after their first one.
    pub(crate) fn finish(&self) -> String {
        let mut writer = Writer::default();
        for (token, width) in self.tokens.iter().zip(self.widths()) {
            match token {
                Token::Open => {
                    writer.separate();
                    writer.open(width);
                }
                Token::Close => writer.close(),
                Token::Atom(atom) => {
                    writer.separate();
                    writer.write(atom, width);
                }
            }
        }
        writer.text
    }

    /// Columns that each token takes; of the start of a list, the whole list.
    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![1; self.tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Open => open.push(index),
                Token::Atom(atom) => {
                    widths[index] = atom.chars().count();
                    if let Some(&list) = open.last() {
                        widths[list] += widths[index] + 1;
                    }
                }
                Token::Close => {
                    let width = open.pop().map_or(0, |list| widths[list]);
                    if let Some(&list) = open.last() {
                        widths[list] += width + 1;
                    }
                }
            }
        }
        widths
    }
}

/// A list that is being written.
struct List {
    /// Whether its elements stand on lines of their own.
    is_broken: bool,
    is_empty: bool,
}

#[derive(Default)]
struct Writer {
    text: String,
    column: usize,
    lists: Vec<List>,
}

impl Writer {
    /// Goes to where the next element of the innermost list belongs.
    fn separate(&mut self) {
        let indent = (2 * self.lists.len()).min(INDENT_MAX);
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        if std::mem::replace(&mut list.is_empty, false) {
            return;
        }
        if list.is_broken {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        } else {
            self.write(" ", 1);
        }
    }

    fn open(&mut self, width: usize) {
        self.lists.push(List {
            is_broken: self.column + width > WIDTH,
            is_empty: true,
        });
        self.write("(", 1);
    }

    fn close(&mut self) {
        self.lists.pop();
        self.write(")", 1);
    }

    fn write(&mut self, text: &str, width: usize) {
        self.text.push_str(text);
        self.column += width;
    }
}
