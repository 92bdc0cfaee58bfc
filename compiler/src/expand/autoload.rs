//! Names that an interaction knows without an import, as programs for Chez Scheme and Guile expect.
//!
//! An interaction inherits some libraries of the runtime ([`INHERITED`]): nothing is looked at until a name is used
//! that nothing else binds. The libraries that are compiled into programs cost more ([`LOADED`]): the first use of one
//! of their names loads the library.
//!
//! A text that defines such a name itself means its own definition everywhere, also before it.

use std::collections::{BTreeSet, HashSet};

use syntax::Data;

use super::denotation::{Denotation, Mutability, TopVariable};
use super::expander::Expander;
use super::failure::Result;
use super::name::{Name, TopId};
use super::resolver::Meaning;
use super::syntax::{Node, SyntaxId};
use super::top_environment::TopKind;

/// Libraries of the runtime whose exports are known where nothing else binds their names.
pub(crate) const INHERITED: &[&str] = &[
    "(srfi 1)",
    "(srfi 2)",
    "(srfi 26)",
    "(srfi 31)",
    "(srfi 69)",
    "(srfi 111)",
    "(rnrs hashtables)",
    "(cozen procedure)",
    "(scheme r5rs)",
];

/// Libraries with the names whose use loads them.
const LOADED: &[(&str, &[&str])] = &[
    (
        "(cozen match)",
        &[
            "match",
            "match-lambda",
            "match-lambda*",
            "match-let",
            "match-let*",
            "match-letrec",
        ],
    ),
    (
        "(cozen optional)",
        &[
            "lambda*",
            "define*",
            "case-lambda*",
            "define*-public",
            "let-optional",
            "let-optional*",
            "let-optionals",
            "let-optionals*",
            "let-keywords",
            "let-keywords*",
            "keyword?",
            "keyword->symbol",
            "symbol->keyword",
        ],
    ),
    ("(srfi 48)", &["format"]),
    ("(cozen printf)", &["printf", "fprintf"]),
    ("(cozen pretty-print)", &["pretty-print"]),
    (
        "(cozen surface)",
        &[
            "fluid-let",
            "parameterize*",
            "void",
            "1+",
            "1-",
            "-1+",
            "add1",
            "sub1",
            "gensym",
            "random",
            "call-with-output-string",
            "with-output-to-string",
            "call-with-input-string",
            "with-input-from-string",
            "assq-ref",
            "assv-ref",
            "assoc-ref",
            "hash-ref",
            "hash-set!",
            "hash-remove!",
            "hash-for-each",
            "hash-fold",
            "hashq-ref",
            "hashq-set!",
            "hashv-ref",
            "hashv-set!",
            "hash-map->list",
            "string-split",
            "identity",
            "const",
            "compose",
            "make-equal-hashtable",
            "while",
            "until",
        ],
    ),
    (
        "(srfi 13)",
        &[
            "string-index",
            "string-rindex",
            "string-contains",
            "string-prefix?",
            "string-suffix?",
            "string-join",
            "string-concatenate",
            "string-null?",
            "string-every",
            "string-any",
            "string-trim",
            "string-trim-right",
            "string-trim-both",
            "string-pad",
            "string-pad-right",
            "string-fold",
            "string-tabulate",
            "string-reverse",
            "string-take",
            "string-drop",
            "string-filter",
            "string-delete",
            "string-count",
            "reverse-list->string",
        ],
    ),
];

impl Expander<'_> {
    /// What `name` means here, after the library of the name was loaded, if it is one of those that use loads.
    pub(crate) fn meaning(&mut self, name: Name) -> Result<Meaning> {
        match self.resolve(name) {
            Meaning::Unbound(symbol, top) if self.autoload(symbol, top)? => Ok(self.resolve(name)),
            meaning => Ok(meaning),
        }
    }

    /// Loads the library that binds an unbound symbol in an interaction; whether there is one.
    fn autoload(&mut self, symbol: Name, top: TopId) -> Result<bool> {
        let kind = self.registry.top(top).kind();
        if top != TopId::FIRST
            || self.phase.number > 0
            || !matches!(kind, TopKind::Interaction { .. })
        {
            return Ok(false);
        }
        let text = self.text(symbol);
        let loaded = LOADED.iter().find(|(_, names)| names.contains(&&**text));
        let Some((library, names)) = loaded else {
            return Ok(false);
        };
        if self.defined_names.contains(&symbol) {
            return Ok(false);
        }
        let Some(id) = self.library_syntax(library) else {
            return Ok(false);
        };
        let exports = self.apart(|expander| expander.load_library(id))?;
        let library = (*library).into();
        for (name, denotation) in exports.iter() {
            let is_wanted = names.contains(&&**self.text(*name));
            if is_wanted && self.registry.top(top).find(*name).is_none() {
                let top = self.registry.top_mut(top);
                // An interaction warns of nothing.
                let _ = top.import(*name, denotation.clone(), &library);
            }
        }
        self.persists = true;
        Ok(self.registry.top(top).find(symbol).is_some())
    }

    /// The name of a library as syntax, if the library can be imported.
    fn library_syntax(&mut self, name: &str) -> Option<SyntaxId> {
        let (data, forms) = Data::parse(name).ok()?;
        let id = self.take_in(&data, &forms).into_iter().next()?;
        self.is_library_available(id).then_some(id)
    }

    /// Does work that expands other forms at top level, in the middle of an expansion.
    fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let waiting = self.set_aside();
        let scopes = std::mem::take(&mut self.scopes);
        let depth = std::mem::take(&mut self.base_depth);
        let parameterized = std::mem::take(&mut self.parameterized);
        let done = work(self);
        self.scopes = scopes;
        self.base_depth = depth;
        self.parameterized = parameterized;
        self.go_on(waiting);
        done
    }

    /// Notes what the forms of an interaction define: their text means these definitions.
    pub(crate) fn note_defined_names(&mut self, forms: &[SyntaxId]) {
        let mut names = BTreeSet::new();
        let mut pending: Vec<SyntaxId> = forms.to_vec();
        // Forms may share parts: one that stands in many places is looked at once.
        let mut seen = HashSet::new();
        while let Some(form) = pending.pop() {
            if !seen.insert(form) {
                continue;
            }
            let Some((head, rest)) = self.syntax.as_pair(form) else {
                continue;
            };
            let Some(head) = self.syntax.as_name(head) else {
                continue;
            };
            let head = self.text(head);
            if &**head == "begin" {
                pending.extend(self.syntax.list(rest).items);
            } else if head.starts_with("define") {
                self.names_in(
                    rest,
                    head.starts_with("define-") && &**head != "define-syntax",
                    &mut names,
                );
            }
        }
        for &name in &names {
            if self
                .registry
                .is_inherited_as_extra(self.top, name, INHERITED)
            {
                let key = self.registry.interaction_key(self.top, name);
                let variable = TopVariable::global(key, Mutability::Mutable);
                let denotation = Denotation::Top(variable.into());
                self.registry.top_mut(self.top).bind(name, denotation);
            }
        }
        self.defined_names = names;
    }

    /// The names that the operands of a definition may define: the first one, or all in lists.
    fn names_in(&self, operands: SyntaxId, all: bool, names: &mut BTreeSet<Name>) {
        let operands = self.syntax.list(operands).items;
        let count = if all { operands.len() } else { 1 };
        for &operand in operands.iter().take(count) {
            match self.syntax.node(operand) {
                Node::Name(name) => {
                    names.insert(*name);
                }
                Node::Pair(..) if all => {
                    let parts = self.syntax.list(operand).items;
                    names.extend(parts.iter().filter_map(|&part| self.syntax.as_name(part)));
                }
                Node::Pair(first, _) => {
                    let mut first = *first;
                    while let Some((inner, _)) = self.syntax.as_pair(first) {
                        first = inner;
                    }
                    names.extend(self.syntax.as_name(first));
                }
                _ => {}
            }
        }
    }
}
