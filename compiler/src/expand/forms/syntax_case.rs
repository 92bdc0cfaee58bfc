//! `syntax-case`, `syntax` and `quasisyntax` (R6RS libraries 12): patterns and templates become data that the library
//! of the runtime matches and fills in.
//!
//! ```text
//! (syntax-case e (literal ...) (pattern fender output) ...)
//! => (%syntax-dispatch e (vector 'pattern slot-count (lambda (slots) fender) (lambda (slots) output) ...))
//! ```
//!
//! A variable of a pattern means a place in `slots`. A template is filled in with the values of its variables:
//!
//! ```text
//! (syntax template) => (%syntax-fill 'template (vector (vector-ref slots 0) ...))
//! ```

use std::collections::HashSet;
use std::rc::Rc;

use abi::primitive::Primitive;
use abi::tag;

use super::super::denotation::{CoreForm, Denotation, LocalName, Mutability, PatternName};
use super::super::expander::Expander;
use super::super::failure::{Failure, Result};
use super::super::name::{LexicalEnvironment, Name};
use super::super::phase_state::TemplateUse;
use super::super::resolver::Meaning;
use super::super::syntax::{Node, SyntaxId};
use super::super::syntax_rules::{
    CompiledPattern, PatternVariable, Surroundings, compile_pattern, compile_template,
    encode_pattern, encode_template,
};
use crate::core::LiteralDatum;
use crate::core::ir::{Expr, ExprId, Literal};

/// Variables of a pattern at most.
const VARIABLES_MAX: usize = 1 << 15;

/// A clause of `syntax-case`.
struct Clause {
    pattern: Rc<CompiledPattern>,
    fender: Option<SyntaxId>,
    output: SyntaxId,
}

/// What a template takes besides the variables of patterns: expressions.
#[derive(Default)]
struct Unsyntaxed {
    variables: Vec<PatternVariable>,
    expressions: Vec<SyntaxId>,
}

impl Expander<'_> {
    /// `(syntax-case expression (literal ...) (pattern [fender] output) ...)`
    pub(super) fn syntax_case(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::SyntaxCase, 2, usize::MAX)?;
        let literals = self.syntax_case_literals(operands[1])?;
        let mut clauses = Vec::with_capacity(operands.len() - 2);
        for &clause in &operands[2..] {
            clauses.push(self.syntax_case_clause(clause, &literals)?);
        }
        let count = clauses.len();
        let fenders: Vec<bool> = clauses
            .iter()
            .map(|clause| clause.fender.is_some())
            .collect();
        let patterns: Vec<Rc<CompiledPattern>> = clauses
            .iter()
            .map(|clause| Rc::clone(&clause.pattern))
            .collect();
        self.then(move |expander| {
            let procedures = count + fenders.iter().filter(|&&fender| fender).count();
            let mut procedures = expander.pop_many(procedures).into_iter();
            let subject = expander.pop();
            let mut parts = Vec::with_capacity(count * 4);
            let mut next = || {
                procedures
                    .next()
                    .expect("each clause has left its procedures")
            };
            for (pattern, has_fender) in patterns.into_iter().zip(fenders) {
                parts.push(expander.pattern_literal(&pattern, id));
                parts.push(expander.index(pattern.variables.len(), id));
                parts.push(if has_fender {
                    next()
                } else {
                    expander.word(tag::FALSE, id)
                });
                parts.push(next());
            }
            let clauses = expander.add(Expr::Primitive(Primitive::Vector, parts), id);
            expander.call_library("%syntax-dispatch", vec![subject, clauses], id);
            Ok(())
        });
        for clause in clauses.into_iter().rev() {
            self.pattern_procedure(Rc::clone(&clause.pattern), clause.output);
            if let Some(fender) = clause.fender {
                self.pattern_procedure(clause.pattern, fender);
            }
        }
        self.later(operands[0]);
        Ok(())
    }

    fn syntax_case_literals(&self, list: SyntaxId) -> Result<Vec<Name>> {
        let Some(items) = self.syntax.proper_list(list) else {
            return Err(self.failure(list, "syntax-case: expected a list of literals"));
        };
        let literal = |&item: &SyntaxId| self.identifier(item, CoreForm::SyntaxCase);
        items.iter().map(literal).collect()
    }

    fn syntax_case_clause(&mut self, id: SyntaxId, literals: &[Name]) -> Result<Clause> {
        let parts = self.syntax.proper_list(id).unwrap_or_default();
        let (pattern, fender, output) = match *parts.as_slice() {
            [pattern, output] => (pattern, None, output),
            [pattern, fender, output] => (pattern, Some(fender), output),
            _ => {
                let message = "syntax-case: expected a clause (pattern [fender] output)";
                return Err(self.failure(id, message));
            }
        };
        let auxiliaries = self.resolver().auxiliary_names(&self.syntax, pattern);
        let surroundings = Surroundings {
            syntax: &self.syntax,
            names: &self.registry.names,
            auxiliaries: &auxiliaries,
            budget: &self.budget,
        };
        let compiled = compile_pattern(surroundings, literals, pattern)?;
        if compiled.variables.len() > VARIABLES_MAX {
            let message = format!("syntax-case: more than {VARIABLES_MAX} variables in a pattern");
            return Err(self.failure(pattern, message));
        }
        let pattern = Rc::new(compiled);
        Ok(Clause {
            pattern,
            fender,
            output,
        })
    }

    /// Leaves a procedure whose parameter holds what `pattern` has matched, and whose body is `body`.
    fn pattern_procedure(&mut self, pattern: Rc<CompiledPattern>, body: SyntaxId) {
        self.then(move |expander| {
            let variable = expander.program.add_variable("slots".into());
            let unit = expander.unit;
            expander.scopes.enter();
            for (slot, &PatternVariable { name, rank }) in (0..).zip(&pattern.variables) {
                let name_of_slot = PatternName {
                    slots: LocalName { variable, unit },
                    slot,
                    rank: u16::try_from(rank).unwrap_or(u16::MAX),
                };
                expander
                    .scopes
                    .bind(name, Denotation::Pattern(name_of_slot));
            }
            expander.then(move |expander| {
                expander.scopes.exit();
                let value = expander.pop();
                let procedure = expander.simple_closure("".into(), vec![variable], value, body);
                expander.push_value(procedure);
                Ok(())
            });
            expander.later(body);
            Ok(())
        });
    }

    /// Leaves a call of a procedure of the runtime's library.
    fn call_library(&mut self, key: &str, operands: Vec<ExprId>, at: SyntaxId) {
        let global = self.global(&key.into(), Mutability::Immutable);
        let procedure = self.add(Expr::GlobalRef(global), at);
        self.finish(Expr::Call(procedure, operands), at);
    }

    /// Where the names of templates and patterns are looked up: around the unit. The scopes inside a macro's procedure
    /// are those of the procedure's own phase.
    fn template_environment(&self) -> LexicalEnvironment {
        LexicalEnvironment {
            top: self.top,
            depth: self.base_depth,
        }
    }

    fn pattern_literal(&mut self, pattern: &CompiledPattern, at: SyntaxId) -> ExprId {
        let environment = self.template_environment();
        let names = &self.registry.names;
        let datum = encode_pattern(&pattern.pattern, environment, names, &mut self.program.data);
        self.datum_expression(datum, at)
    }

    fn datum_expression(&mut self, datum: syntax::DatumId, at: SyntaxId) -> ExprId {
        let literal = self.datum_literal(datum);
        debug_assert!(
            !matches!(self.program.literals[literal], Literal::Datum(LiteralDatum(other)) if other != datum),
            "the literal is the datum"
        );
        self.add(Expr::Quote(literal), at)
    }

    /// `(syntax template)`
    pub(super) fn syntax_form(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::SyntaxForm, 1, 1)?;
        self.filled_template(operands[0], &Unsyntaxed::default(), id)
    }

    /// `(quasisyntax template)`
    pub(super) fn quasisyntax(&mut self, id: SyntaxId) -> Result<()> {
        let operands = self.operands(id, CoreForm::Quasisyntax, 1, 1)?;
        let mut unsyntaxed = Unsyntaxed::default();
        let template = self.unsyntax(operands[0], &mut unsyntaxed)?;
        self.filled_template(template, &unsyntaxed, id)
    }

    /// Leaves what `template` is filled in to.
    fn filled_template(
        &mut self,
        template: SyntaxId,
        unsyntaxed: &Unsyntaxed,
        at: SyntaxId,
    ) -> Result<()> {
        let mut variables = Vec::new();
        let mut names = Vec::new();
        for (name, meaning) in self.pattern_names(template) {
            if meaning.slots.unit != self.unit {
                let message = format!(
                    "`{}` is a variable of a pattern of another phase",
                    self.text(name)
                );
                return Err(self.failure(template, message));
            }
            let rank = usize::from(meaning.rank);
            variables.push(PatternVariable { name, rank });
            names.push(meaning);
        }
        variables.extend_from_slice(&unsyntaxed.variables);
        let mut auxiliaries = self.resolver().auxiliary_names(&self.syntax, template);
        auxiliaries.extend(self.quasi_ellipsis.map(|name| (name, CoreForm::Ellipsis)));
        let names_known = &self.registry.names;
        let surroundings = Surroundings {
            syntax: &self.syntax,
            names: names_known,
            auxiliaries: &auxiliaries,
            budget: &self.budget,
        };
        let rule = compile_template(surroundings, variables, template)?;
        let environment = self.template_environment();
        let datum = encode_template(&rule, environment, names_known, &mut self.program.data);
        if !rule.inserted.is_empty() {
            self.keep_template(Rc::new(rule.clone()));
        }
        let copies = rule.copies;
        let count = unsyntaxed.expressions.len();
        self.then(move |expander| {
            let given = expander.pop_many(count);
            let mut values = Vec::with_capacity(names.len() + count + copies.len());
            for name in &names {
                values.push(expander.slot_value(name, at));
            }
            values.extend(given);
            for &slot in &copies {
                // An expression is evaluated once, and so stands in one place.
                let Some(name) = names.get(slot) else {
                    let message = "quasisyntax: too many ellipses around an unsyntax";
                    return Err(expander.failure(at, message));
                };
                values.push(expander.slot_value(name, at));
            }
            let template = expander.datum_expression(datum, at);
            let values = expander.add(Expr::Primitive(Primitive::Vector, values), at);
            expander.call_library("%syntax-fill", vec![template, values], at);
            Ok(())
        });
        self.later_all(&unsyntaxed.expressions);
        Ok(())
    }

    /// Other units may fill in the template later: what it mentions stays.
    fn keep_template(&mut self, rule: Rc<super::super::syntax_rules::Rule>) {
        self.persists = true;
        let environment = self.template_environment();
        let top = self.top;
        self.registry.top_mut(top).keep();
        self.templates.push(TemplateUse {
            top,
            environment,
            rule,
        });
    }

    fn slot_value(&mut self, name: &PatternName, at: SyntaxId) -> ExprId {
        let slots = self.add(Expr::Local(name.slots.variable), at);
        let index = self.index(usize::from(name.slot), at);
        self.add(
            Expr::Primitive(Primitive::VectorRef, vec![slots, index]),
            at,
        )
    }

    /// The names in `template` that variables of patterns have, each once.
    fn pattern_names(&self, template: SyntaxId) -> Vec<(Name, PatternName)> {
        let mut found = Vec::new();
        let mut names = HashSet::new();
        let mut seen = HashSet::from([template]);
        let mut pending = vec![template];
        while let Some(part) = pending.pop() {
            crate::checkpoint::step();
            match self.syntax.node(part) {
                Node::Pair(car, cdr) => {
                    pending.extend([*cdr, *car].into_iter().filter(|&part| seen.insert(part)));
                }
                Node::Vector(items) => {
                    pending.extend(
                        items
                            .iter()
                            .rev()
                            .copied()
                            .filter(|&part| seen.insert(part)),
                    );
                }
                Node::Name(name) if names.insert(*name) => {
                    if let Meaning::Known(Denotation::Pattern(meaning)) = self.resolve(*name) {
                        found.push((*name, meaning));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The template with a variable in the place of each `unsyntax` that belongs to it.
    fn unsyntax(&mut self, template: SyntaxId, found: &mut Unsyntaxed) -> Result<SyntaxId> {
        self.unsyntax_at(template, 0, 0, found)
    }

    /// `level` is the number of `quasisyntax` around the part.
    fn unsyntax_at(
        &mut self,
        id: SyntaxId,
        level: usize,
        nesting: usize,
        found: &mut Unsyntaxed,
    ) -> Result<SyntaxId> {
        if nesting > super::super::syntax_rules::NESTING_MAX {
            return Err(self.failure(id, "quasisyntax: the template is nested too deep"));
        }
        let place = self.syntax.place(id);
        if let Node::Vector(items) = self.syntax.node(id) {
            let items = items.to_vec();
            let null = self.syntax.push(Node::Null, place);
            let list = self.syntax.push_list(&items, null, place);
            let list = self.unsyntax_at(list, level, nesting + 1, found)?;
            let items = self.syntax.list(list).items;
            return Ok(self.syntax.push(Node::Vector(items.into()), place));
        }
        let list = self.syntax.list(id);
        let mut items = Vec::new();
        let mut rest = id;
        while let Some((car, cdr)) = self.syntax.as_pair(rest) {
            let level_here = match self.core_form(car) {
                Some(CoreForm::Unsyntax) if level == 0 => {
                    // It stands after a dot, or is all of the template.
                    let operand = self.unsyntax_operands(rest)?;
                    let &[operand] = operand.as_slice() else {
                        return Err(self.failure(rest, "unsyntax: expected one operand here"));
                    };
                    let variable = self.unsyntax_variable(operand, 0, found);
                    return Ok(self.syntax.push_list(&items, variable, place));
                }
                Some(CoreForm::UnsyntaxSplicing) if level == 0 => {
                    let message = "unsyntax-splicing: expected inside a list or vector";
                    return Err(self.failure(rest, message));
                }
                Some(CoreForm::Unsyntax | CoreForm::UnsyntaxSplicing) if rest == id => level - 1,
                Some(CoreForm::Quasisyntax) if rest == id => level + 1,
                _ => level,
            };
            if level_here != level {
                items.push(car);
                let cdr = self.unsyntax_at(cdr, level_here, nesting + 1, found)?;
                return Ok(self.syntax.push_list(&items, cdr, place));
            }
            match self.head_form(car) {
                Some(form @ (CoreForm::Unsyntax | CoreForm::UnsyntaxSplicing)) if level == 0 => {
                    let is_splicing = form == CoreForm::UnsyntaxSplicing;
                    for operand in self.unsyntax_operands(car)? {
                        let rank = usize::from(is_splicing);
                        items.push(self.unsyntax_variable(operand, rank, found));
                        if is_splicing {
                            items.push(self.quasi_ellipsis(car));
                        }
                    }
                }
                _ => items.push(self.unsyntax_at(car, level, nesting + 1, found)?),
            }
            rest = cdr;
        }
        if items.is_empty() && list.items.is_empty() {
            return Ok(id);
        }
        Ok(self.syntax.push_list(&items, rest, place))
    }

    fn unsyntax_operands(&self, id: SyntaxId) -> Result<Vec<SyntaxId>> {
        let operands = self.syntax.as_pair(id).map(|(_, operands)| operands);
        let operands = operands.and_then(|operands| self.syntax.proper_list(operands));
        operands.ok_or_else(|| -> Failure { self.failure(id, "unsyntax: expected a proper list") })
    }

    /// A variable that stands for the value of `expression`.
    fn unsyntax_variable(
        &mut self,
        expression: SyntaxId,
        rank: usize,
        found: &mut Unsyntaxed,
    ) -> SyntaxId {
        let name = self.fresh_name("unsyntax");
        found.variables.push(PatternVariable { name, rank });
        found.expressions.push(expression);
        let place = self.syntax.place(expression);
        self.syntax.push(Node::Name(name), place)
    }

    /// An ellipsis, whatever `...` means here.
    fn quasi_ellipsis(&mut self, at: SyntaxId) -> SyntaxId {
        let name = match self.quasi_ellipsis {
            Some(name) => name,
            None => self.fresh_name("ellipsis"),
        };
        self.quasi_ellipsis = Some(name);
        let place = self.syntax.place(at);
        self.syntax.push(Node::Name(name), place)
    }

    fn fresh_name(&mut self, text: &str) -> Name {
        let environment = self.environment();
        let names = &mut self.registry.names;
        let symbol = names.symbol(text);
        let mark = names.new_mark();
        names.alias(symbol, environment, mark)
    }
}
