//! `cond-expand`: a form that the forms of one of its clauses replace.

use super::expander::Expander;
use super::failure::Result;
use super::syntax::SyntaxId;

/// The identifiers that `cond-expand` and `(features)` know, besides `srfi-1` and its like.
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

/// How deeply requirements may nest.
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
        self.visit(requirement)?;
        if nesting > NESTING_MAX {
            return Err(self.failure(requirement, "cond-expand: requirements nest too deeply"));
        }
        if let Some(name) = self.syntax.as_name(requirement) {
            let text = self.text(name);
            let is_feature = FEATURES.contains(&&**text) || self.is_srfi_feature(text);
            return Ok(&**text == "else" || is_feature);
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
}
