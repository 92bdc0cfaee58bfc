//! Searches new text for the end of a token that the end of the old text has cut off.
//!
//! So each byte of a text that comes in pieces, however small, is looked at a fixed number of times. The search decides
//! nothing: it answers whether the lexer may find more at the token's beginning than before, perhaps a mistake.

use super::Lexer;
use super::unfinished::{Escape, Sort, Unfinished};
use crate::character_class::is_delimiter;
use crate::error::Result;
use crate::supervisor::{Supervisor, check_at};

impl Lexer<'_> {
    /// The end of the text may have cut off the last token: goes back to where it begins.
    pub(crate) fn go_back(&mut self) {
        self.go_to(self.start);
        let names_interpreter = self.position == 0 && self.starts_with_interpreter();
        self.unfinished = Unfinished::at(self.text, self.position, names_interpreter);
    }

    /// Whether the text may decide what the last token is. A token that was not cut off is always decided.
    ///
    /// # Errors
    ///
    /// What the supervisor says.
    pub(crate) fn may_decide(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        let Some(mut unfinished) = self.unfinished.take() else {
            return Ok(true);
        };
        let start = self.mark();
        self.position = unfinished.position;
        let found = self.search(&mut unfinished.sort, supervisor);
        unfinished.position = self.position;
        self.go_to(start);
        let found = found?;
        if !found {
            self.unfinished = Some(unfinished);
        }
        Ok(found)
    }

    /// No more text comes: the token that was cut off ends with the text.
    pub(crate) fn forget_unfinished(&mut self) {
        self.unfinished = None;
    }

    /// Goes to the end of the unfinished token or comment, and says whether the text has this end. Else goes to the end
    /// of the text.
    fn search(&mut self, sort: &mut Sort, supervisor: &dyn Supervisor) -> Result<bool> {
        match sort {
            Sort::Line => self.find_line_end(supervisor),
            Sort::BlockComment { depth } => self.find_block_end(depth, supervisor),
            Sort::Quoted { quote, escape } => self.find_quote(*quote, escape, supervisor),
            Sort::Label => {
                let digits = self.rest().bytes().take_while(u8::is_ascii_digit);
                self.position += digits.count();
                match self.byte() {
                    None => return Ok(false),
                    Some(b'=' | b'#') => return Ok(true),
                    Some(_) => *sort = Sort::Atom,
                }
                self.find_delimiter(supervisor)
            }
            Sort::Atom => self.find_delimiter(supervisor),
        }
    }

    fn find_delimiter(&mut self, supervisor: &dyn Supervisor) -> Result<bool> {
        self.atom(supervisor)?;
        Ok(self.peek().is_some_and(is_delimiter))
    }

    fn find_quote(
        &mut self,
        quote: u8,
        escape: &mut Escape,
        supervisor: &dyn Supervisor,
    ) -> Result<bool> {
        let mut steps = 0;
        loop {
            steps += 1;
            self.pass_on(check_at(supervisor, steps))?;
            if let Escape::None = escape {
                let is_special = |byte| byte == quote || byte == b'\\';
                let Some(length) = self.bytes_before(is_special, supervisor)? else {
                    self.position = self.text.len();
                    return Ok(false);
                };
                self.position += length;
            }
            let Some(next) = self.next() else {
                return Ok(false);
            };
            match escape.after(next) {
                Some(after) => *escape = after,
                None => return Ok(true),
            }
        }
    }
}
