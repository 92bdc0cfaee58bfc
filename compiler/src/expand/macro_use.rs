//! The use of a macro: one step of expansion.

use super::denotation::{Macro, MacroBody, Transformer};
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::syntax::{FileSpan, SyntaxId};
use super::syntax_rules::{Matched, Site, SyntaxRules, instantiate, match_pattern};
use crate::checkpoint;

/// What an expansion costs besides the pieces that it makes: one that makes nothing new cannot go on
/// for ever.
const MACRO_USE_COST: usize = 8;

impl Expander<'_> {
    /// One step of expansion.
    pub(crate) fn expand_macro(&mut self, definition: &Macro, id: SyntaxId) -> Result<SyntaxId> {
        let MacroBody {
            transformer,
            environment,
        } = self.registry.macro_body(definition);
        let rules = match transformer {
            Transformer::Rules(rules) => rules,
            Transformer::Procedure { procedure, .. } => {
                return self.call_transformer(definition, *procedure, *environment, id);
            }
        };
        let (_, operands) = self.syntax.as_pair(id).expect("a use of rules is a pair");
        let place = self.syntax.place(id);
        checkpoint::step();
        for rule in &rules.rules {
            let mut slots = vec![Matched::Nothing; rule.variables.len()];
            let resolver = self.resolver();
            let is_literal = |literal, name| resolver.is_same(literal, *environment, name);
            if !match_pattern(
                &self.syntax,
                &rule.pattern,
                operands,
                &mut slots,
                &is_literal,
            ) {
                continue;
            }
            let names = &mut self.registry.names;
            let mark = names.new_mark();
            let mut rename = |name| names.alias(name, *environment, mark);
            let before = self.syntax.len();
            let site = Site {
                place,
                budget: self.budget.left(),
            };
            let result = instantiate(&mut self.syntax, rule, slots, site, &mut rename)?;
            let made = self.syntax.len() - before;
            // Where less is left than that, the next step finds that nothing is.
            self.budget.take(made + MACRO_USE_COST);
            return Ok(result);
        }
        Err(self.no_rule_matches(&definition.name, rules, place))
    }

    fn no_rule_matches(&self, name: &str, rules: &SyntaxRules, place: FileSpan) -> Failure {
        let mut failure = Failure::new(
            place,
            format!("{name}: this use matches no rule of the macro"),
        );
        for rule in rules.rules.iter().take(4) {
            let pattern = super::syntax_rules::write_pattern(rule, name, &self.registry.names);
            failure = failure.note(format!("a rule expects {pattern}"));
        }
        failure
    }
}
