//! Import sets (R7RS 5.2): the names that an import binds, and their meanings.

use std::rc::Rc;

use super::denotation::Denotation;
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::name::Name;
use super::syntax::SyntaxId;
use crate::checkpoint;
use crate::id_map::{IdMap, IdSet};
use crate::memory;

/// Names and what they mean, in the order of the exports they come from.
pub(crate) type Imports = Vec<(Name, Denotation)>;

impl Expander<'_> {
    /// `(import set ...)` into the top-level environment.
    pub(crate) fn import_form(&mut self, id: SyntaxId) -> Result<()> {
        let Some(sets) = self.syntax.proper_list(id) else {
            return Err(self.failure(id, "import: expected a proper list of import sets"));
        };
        for set in sets.into_iter().skip(1) {
            let imports = self.import_set(set)?;
            let library = self.library_name(self.imported_library(set))?;
            let mut replaced: Vec<(Rc<str>, Vec<Name>)> = Vec::new();
            for (name, denotation) in imports {
                let top = self.registry.top_mut(self.top);
                let Some(other) = top.import(name, denotation, &library) else {
                    continue;
                };
                match replaced.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, names)) => names.push(name),
                    None => replaced.push((other, vec![name])),
                }
            }
            for (other, names) in replaced {
                self.warn_of_replaced(set, &library, &other, &names);
            }
        }
        Ok(())
    }

    /// Warns that names of `library` take the place of those imported from `other`.
    fn warn_of_replaced(&mut self, set: SyntaxId, library: &str, other: &str, names: &[Name]) {
        // Libraries that extend one of the standard's procedures are made to be imported with it.
        if other.starts_with("(scheme ") {
            return;
        }
        let texts: Vec<String> = names
            .iter()
            .map(|&name| format!("`{}`", self.text(name)))
            .collect();
        let message = match &texts[..] {
            [text] => format!(
                "warning: import: {text} of {library} takes the place of the {text} imported from {other}"
            ),
            _ => format!(
                "warning: import: {} names of {library} take the place of those imported from {other}: {}",
                texts.len(),
                texts.join(", ")
            ),
        };
        let note = "`only`, `except`, `prefix` or `rename` makes the names differ";
        self.warnings.push(self.failure(set, message).note(note));
    }

    /// The imports of a set; libraries that it names are loaded.
    pub(crate) fn import_set(&mut self, set: SyntaxId) -> Result<Imports> {
        // The modifiers from the outside in; each has its set as the first operand.
        let mut modifiers = Vec::new();
        let mut inner = set;
        while let Some(parts) = self.modifier(inner) {
            checkpoint::step();
            modifiers.push((inner, parts.clone()));
            inner = parts[1];
        }
        let exports = self.load_library(inner)?;
        memory::take_all(exports.len(), memory::IMPORT_BYTES);
        let mut imports = exports.to_vec();
        for (at, parts) in modifiers.into_iter().rev() {
            imports = self.modify(imports, &parts, at)?;
        }
        Ok(imports)
    }

    /// The name of the library that a set takes from.
    pub(crate) fn imported_library(&self, mut set: SyntaxId) -> SyntaxId {
        while let Some(parts) = self.modifier(set) {
            set = parts[1];
        }
        set
    }

    /// The parts of `(only set name ...)` and its relatives.
    fn modifier(&self, set: SyntaxId) -> Option<Vec<SyntaxId>> {
        let parts = self.syntax.proper_list(set)?;
        let name = self.syntax.as_name(*parts.first()?)?;
        let is_modifier = matches!(&**self.text(name), "only" | "except" | "prefix" | "rename");
        (is_modifier && self.syntax.as_pair(*parts.get(1)?).is_some()).then_some(parts)
    }

    fn modify(
        &mut self,
        mut imports: Imports,
        parts: &[SyntaxId],
        at: SyntaxId,
    ) -> Result<Imports> {
        let modifier = self
            .syntax
            .as_name(parts[0])
            .map(|name| self.text(name).to_string());
        let operands = &parts[2..];
        match modifier.as_deref() {
            Some("only") => {
                let index: IdMap<Name, Denotation> = imports.into_iter().collect();
                let mut chosen = Vec::with_capacity(operands.len());
                for &operand in operands {
                    let name = self.imported_name(operand)?;
                    let Some(denotation) = index.get(&name) else {
                        return Err(self.not_provided(operand));
                    };
                    chosen.push((name, denotation.clone()));
                }
                Ok(chosen)
            }
            Some("except") => {
                let mut kept: IdSet<Name> = imports.iter().map(|&(name, _)| name).collect();
                for &operand in operands {
                    if !kept.remove(&self.imported_name(operand)?) {
                        return Err(self.not_provided(operand));
                    }
                }
                imports.retain(|(name, _)| kept.contains(name));
                Ok(imports)
            }
            Some("prefix") => {
                let &[prefix] = operands else {
                    return Err(self.failure(at, "prefix: expected (prefix import-set identifier)"));
                };
                let prefix = self.imported_name(prefix)?;
                let prefix = self.text(prefix).to_string();
                for (name, _) in &mut imports {
                    checkpoint::step();
                    let text = format!("{prefix}{}", self.text(*name));
                    memory::take(memory::IMPORT_BYTES + text.len());
                    *name = self.registry.names.symbol(&text);
                }
                Ok(imports)
            }
            _ => self.rename(imports, operands),
        }
    }

    fn rename(&mut self, mut imports: Imports, operands: &[SyntaxId]) -> Result<Imports> {
        let provided: IdSet<Name> = imports.iter().map(|&(name, _)| name).collect();
        let mut renamed = IdMap::default();
        for &operand in operands {
            let pair = self.syntax.proper_list(operand).unwrap_or_default();
            let &[from, to] = pair.as_slice() else {
                return Err(self.failure(operand, "rename: expected (name new-name)"));
            };
            let from_name = self.imported_name(from)?;
            let to = self.imported_name(to)?;
            if !provided.contains(&from_name) {
                return Err(self.not_provided(from));
            }
            renamed.insert(from_name, to);
        }
        for (name, _) in &mut imports {
            *name = renamed.get(name).copied().unwrap_or(*name);
        }
        Ok(imports)
    }

    fn imported_name(&self, id: SyntaxId) -> Result<Name> {
        let name = self
            .syntax
            .as_name(id)
            .map(|name| self.registry.names.base(name));
        name.ok_or_else(|| self.failure(id, "import: expected an identifier"))
    }

    fn not_provided(&self, id: SyntaxId) -> Failure {
        let message = format!("import: the set does not provide `{}`", self.to_text(id));
        self.failure(id, message)
    }
}
