//! From the text of `syntax-rules` to patterns and templates.

use super::super::budget::{Budget, TOO_MUCH};
use super::super::denotation::CoreForm;
use super::super::failure::{Failure, Result};
use super::super::name::{Name, Names};
use super::super::syntax::{Node, Syntax, SyntaxId};
use super::shared_parts::{Extent, SharedParts};
use super::{
    Element, ListPattern, NESTING_MAX, Pattern, PatternVariable, Repeated, Rule, SyntaxRules,
    Template,
};
use crate::{checkpoint, memory};

/// Compiles `(syntax-rules [ellipsis] (literal ...) (pattern template) ...)`.
pub(crate) fn compile(
    syntax: &Syntax,
    names: &mut Names,
    auxiliaries: &[(Name, CoreForm)],
    form: SyntaxId,
    budget: &Budget,
) -> Result<SyntaxRules> {
    let place = syntax.place(form);
    let expected = "syntax-rules: expected (syntax-rules (literal ...) (pattern template) ...)";
    let Some(parts) = syntax.proper_list(form) else {
        return Err(Failure::new(place, expected));
    };
    let mut parts = parts.into_iter().skip(1).peekable();
    let custom_ellipsis = parts.peek().and_then(|&part| syntax.as_name(part));
    if custom_ellipsis.is_some() {
        parts.next();
    }
    let literals = parts
        .next()
        .ok_or_else(|| Failure::new(place, expected))
        .and_then(|list| literals(syntax, list))?;
    let ellipsis = custom_ellipsis.unwrap_or_else(|| names.symbol(CoreForm::Ellipsis.name()));
    let names: &Names = names;
    let context = Context {
        syntax,
        names,
        auxiliaries,
        custom_ellipsis,
        literals: &literals,
        budget,
        extent: Extent::default(),
    };
    let rules = parts
        .map(|rule| context.rule(rule))
        .collect::<Result<Vec<_>>>()?;
    Ok(SyntaxRules {
        ellipsis,
        literals,
        rules,
    })
}

fn literals(syntax: &Syntax, list: SyntaxId) -> Result<Vec<Name>> {
    let items = syntax.proper_list(list).ok_or_else(|| {
        Failure::new(
            syntax.place(list),
            "syntax-rules: expected a list of literals",
        )
    })?;
    let name = |item: SyntaxId| {
        let failure = || {
            Failure::new(
                syntax.place(item),
                "syntax-rules: expected an identifier as literal",
            )
        };
        syntax.as_name(item).ok_or_else(failure)
    };
    items.into_iter().map(name).collect()
}

/// A pattern of `syntax-case`.
#[derive(Debug)]
pub(crate) struct CompiledPattern {
    pub(crate) pattern: Pattern,
    /// By slot.
    pub(crate) variables: Vec<PatternVariable>,
}

/// What a pattern or template of `syntax-case` stands in.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) syntax: &'a Syntax,
    pub(crate) names: &'a Names,
    /// The names that mean `...` or `_`.
    pub(crate) auxiliaries: &'a [(Name, CoreForm)],
    pub(crate) budget: &'a Budget,
}

impl<'a> Surroundings<'a> {
    fn context(self, literals: &'a [Name]) -> Context<'a> {
        Context {
            syntax: self.syntax,
            names: self.names,
            auxiliaries: self.auxiliaries,
            custom_ellipsis: None,
            literals,
            budget: self.budget,
            extent: Extent::default(),
        }
    }
}

/// Compiles a pattern of `syntax-case`.
pub(crate) fn compile_pattern(
    surroundings: Surroundings<'_>,
    literals: &[Name],
    pattern: SyntaxId,
) -> Result<CompiledPattern> {
    let context = surroundings.context(literals);
    let mut patterns = Patterns {
        context: &context,
        variables: Vec::new(),
        shared: SharedParts::default(),
    };
    let pattern = patterns.compile(pattern, 0, 0);
    Ok(CompiledPattern {
        pattern: pattern.map_err(of_syntax_case)?,
        variables: patterns.variables,
    })
}

/// Compiles a template of `syntax`, in which `variables` stand for values. The rule's pattern means nothing.
pub(crate) fn compile_template(
    surroundings: Surroundings<'_>,
    variables: Vec<PatternVariable>,
    template: SyntaxId,
) -> Result<Rule> {
    let context = surroundings.context(&[]);
    let templates = Templates {
        context: &context,
        variables,
        copies: Vec::new(),
        inserted: Vec::new(),
        ellipses: 0,
        shared: SharedParts::default(),
    };
    templates
        .rule(Pattern::Null, template)
        .map_err(of_syntax_case)
}

/// A mistake in a part of `syntax-case`, found by what compiles `syntax-rules`.
fn of_syntax_case(failure: Failure) -> Failure {
    failure.renamed("syntax-rules", "syntax-case")
}

struct Context<'a> {
    syntax: &'a Syntax,
    names: &'a Names,
    /// The names in the rules that mean `...` or `_`.
    auxiliaries: &'a [(Name, CoreForm)],
    custom_ellipsis: Option<Name>,
    literals: &'a [Name],
    budget: &'a Budget,
    extent: Extent,
}

impl Context<'_> {
    fn rule(&self, rule: SyntaxId) -> Result<Rule> {
        let expected = || {
            Failure::new(
                self.syntax.place(rule),
                "syntax-rules: expected (pattern template)",
            )
        };
        let parts = self.syntax.proper_list(rule).ok_or_else(expected)?;
        let &[pattern, template] = parts.as_slice() else {
            return Err(expected());
        };
        let Some((_, operands)) = self.syntax.as_pair(pattern) else {
            let message = "syntax-rules: expected a pattern that is a list: (name pattern ...)";
            return Err(Failure::new(self.syntax.place(pattern), message));
        };
        let mut patterns = Patterns {
            context: self,
            variables: Vec::new(),
            shared: SharedParts::default(),
        };
        let pattern = patterns.compile(operands, 0, 0)?;
        let templates = Templates {
            context: self,
            variables: patterns.variables,
            copies: Vec::new(),
            inserted: Vec::new(),
            ellipses: 0,
            shared: SharedParts::default(),
        };
        templates.rule(pattern, template)
    }

    fn is_ellipsis(&self, id: SyntaxId) -> bool {
        self.syntax.as_name(id).is_some_and(|name| {
            !self.literals.contains(&name)
                && match self.custom_ellipsis {
                    Some(ellipsis) => name == ellipsis,
                    None => self.auxiliaries.contains(&(name, CoreForm::Ellipsis)),
                }
        })
    }

    /// Counts that the part `id` of a pattern or template is compiled, `nesting` lists deep.
    fn enter(&self, id: SyntaxId, nesting: usize) -> Result<()> {
        self.enter_all(id, nesting, 1)
    }

    /// Counts a part and what it consists of, all in all so many pieces. A shared part counts at each place where it
    /// stands, because uses of the macro walk it there.
    fn enter_all(&self, id: SyntaxId, nesting: usize, pieces: usize) -> Result<()> {
        checkpoint::step();
        memory::take(memory::RULE_PART_BYTES);
        self.extent.enter(nesting, pieces);
        let message = if nesting > NESTING_MAX {
            format!("syntax-rules: nested more than {NESTING_MAX} deep")
        } else if self.budget.take(pieces) {
            return Ok(());
        } else {
            TOO_MUCH.to_owned()
        };
        Err(Failure::new(self.syntax.place(id), message))
    }
}

struct Patterns<'a> {
    context: &'a Context<'a>,
    variables: Vec<PatternVariable>,
    /// Those without variables: a variable stands in one place only.
    shared: SharedParts<SyntaxId, Pattern>,
}

impl Patterns<'_> {
    fn compile(&mut self, id: SyntaxId, rank: usize, nesting: usize) -> Result<Pattern> {
        if let Some(known) = self.shared.get(&id, nesting) {
            self.context.enter_all(id, nesting, known.pieces)?;
            self.context.extent.enter(nesting + known.height, 0);
            return Ok(known.part.clone());
        }
        let begun = self.context.extent.begin(nesting);
        let variables = self.variables.len();
        let pattern = self.inside(id, rank, nesting)?;
        if self.variables.len() == variables {
            let size = self.context.extent.size_since(&begun);
            self.shared.note(id, size, || pattern.clone());
        }
        self.context.extent.end(&begun);
        Ok(pattern)
    }

    fn inside(&mut self, id: SyntaxId, rank: usize, nesting: usize) -> Result<Pattern> {
        self.context.enter(id, nesting)?;
        let syntax = self.context.syntax;
        match syntax.node(id) {
            Node::Null => Ok(Pattern::Null),
            Node::Atom(atom) => Ok(Pattern::Atom(atom.clone())),
            Node::Circular(_) => Err(Failure::new(
                syntax.place(id),
                "syntax-rules: circular pattern",
            )),
            Node::Name(name) => self.name(id, *name, rank),
            Node::Pair(..) => {
                let list = syntax.list(id);
                let (before, repeated) = self.list(&list.items, rank, nesting)?;
                let tail = self.compile(list.tail, rank, nesting + 1)?;
                let pattern = ListPattern {
                    before,
                    repeated,
                    tail,
                };
                Ok(Pattern::List(pattern.into()))
            }
            Node::Vector(items) => {
                let (before, repeated) = self.list(items, rank, nesting)?;
                let tail = Pattern::Null;
                let pattern = ListPattern {
                    before,
                    repeated,
                    tail,
                };
                Ok(Pattern::Vector(pattern.into()))
            }
        }
    }

    fn name(&mut self, id: SyntaxId, name: Name, rank: usize) -> Result<Pattern> {
        if self.context.literals.contains(&name) {
            return Ok(Pattern::Literal(name));
        }
        let place = self.context.syntax.place(id);
        if self.context.is_ellipsis(id) {
            return Err(Failure::new(
                place,
                "syntax-rules: misplaced ellipsis in pattern",
            ));
        }
        if self
            .context
            .auxiliaries
            .contains(&(name, CoreForm::Underscore))
        {
            return Ok(Pattern::Any);
        }
        if self.variables.iter().any(|variable| variable.name == name) {
            let text = self.context.names.text(name);
            let message = format!("syntax-rules: `{text}` occurs twice in the pattern");
            return Err(Failure::new(place, message));
        }
        self.variables.push(PatternVariable { name, rank });
        Ok(Pattern::Variable(self.variables.len() - 1))
    }

    /// The patterns before an ellipsis, and from there on.
    fn list(
        &mut self,
        items: &[SyntaxId],
        rank: usize,
        nesting: usize,
    ) -> Result<(Vec<Pattern>, Option<Repeated>)> {
        let position = items
            .iter()
            .position(|&item| self.context.is_ellipsis(item));
        let Some(position) = position else {
            return Ok((self.all(items, rank, nesting)?, None));
        };
        let Some(repeated) = position.checked_sub(1) else {
            let place = self.context.syntax.place(items[0]);
            return Err(Failure::new(
                place,
                "syntax-rules: an ellipsis follows no pattern",
            ));
        };
        let before = self.all(&items[..repeated], rank, nesting)?;
        let first_slot = self.variables.len();
        let pattern = self.compile(items[repeated], rank + 1, nesting + 1)?;
        let slots = first_slot..self.variables.len();
        let after = self.all(&items[position + 1..], rank, nesting)?;
        let repeated = Repeated {
            pattern,
            slots,
            after,
        };
        Ok((before, Some(repeated)))
    }

    fn all(&mut self, items: &[SyntaxId], rank: usize, nesting: usize) -> Result<Vec<Pattern>> {
        let patterns = items
            .iter()
            .map(|&item| self.compile(item, rank, nesting + 1));
        patterns.collect()
    }
}

/// What ellipses in a template are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Ellipses {
    /// They repeat what is in front of them.
    Repeat,
    /// Ordinary identifiers, inside `(... template)`.
    Plain,
}

struct Templates<'a> {
    context: &'a Context<'a>,
    /// Those of the pattern, then a copy for each of `copies`.
    variables: Vec<PatternVariable>,
    copies: Vec<CopiedSlot>,
    inserted: Vec<Name>,
    /// How many ellipses follow what is being compiled and the templates around it.
    ellipses: usize,
    /// By what decides how a part is compiled: also what ellipses in it are, and how many follow it.
    shared: SharedParts<(SyntaxId, Ellipses, usize), Compiled>,
}

/// A slot of its own for a variable where more ellipses are around it than it needs: the inner ones walk
/// it, and those outside must not, even if they walk the variable for another place.
#[derive(PartialEq, Eq)]
struct CopiedSlot {
    slot: usize,
    /// How many ellipses it does not need.
    spare: usize,
}

/// Slots with the number of ellipses that each still needs.
type Open = Vec<(usize, usize)>;

/// A compiled template with what ellipses around it need to know.
#[derive(Clone)]
struct Compiled {
    template: Template,
    open: Open,
}

impl Compiled {
    fn closed(template: Template) -> Self {
        Self {
            template,
            open: Vec::new(),
        }
    }
}

impl Templates<'_> {
    fn rule(mut self, pattern: Pattern, template: SyntaxId) -> Result<Rule> {
        let template = self.compile(template, Ellipses::Repeat, 0)?.template;
        Ok(Rule {
            pattern,
            template,
            copies: self.copy_sources(),
            variables: self.variables,
            inserted: self.inserted,
        })
    }

    fn compile(&mut self, id: SyntaxId, ellipses: Ellipses, nesting: usize) -> Result<Compiled> {
        let compiled = self.inside(id, ellipses, nesting)?;
        if nesting == 0
            && let Some(&(slot, _)) = compiled.open.iter().find(|(_, rank)| *rank > 0)
        {
            let text = self.context.names.text(self.variables[slot].name);
            let message = format!("syntax-rules: `{text}` needs more ellipses in the template");
            return Err(Failure::new(self.context.syntax.place(id), message));
        }
        Ok(compiled)
    }

    fn inside(&mut self, id: SyntaxId, ellipses: Ellipses, nesting: usize) -> Result<Compiled> {
        let key = (id, ellipses, self.ellipses);
        if let Some(known) = self.shared.get(&key, nesting) {
            self.context.enter_all(id, nesting, known.pieces)?;
            self.context.extent.enter(nesting + known.height, 0);
            return Ok(known.part.clone());
        }
        let begun = self.context.extent.begin(nesting);
        let compiled = self.part(id, ellipses, nesting)?;
        let size = self.context.extent.size_since(&begun);
        self.shared.note(key, size, || compiled.clone());
        self.context.extent.end(&begun);
        Ok(compiled)
    }

    fn part(&mut self, id: SyntaxId, ellipses: Ellipses, nesting: usize) -> Result<Compiled> {
        self.context.enter(id, nesting)?;
        let syntax = self.context.syntax;
        match syntax.node(id) {
            Node::Null => Ok(Compiled::closed(Template::Null)),
            Node::Atom(atom) => Ok(Compiled::closed(Template::Atom(atom.clone()))),
            Node::Circular(_) => Err(Failure::new(
                syntax.place(id),
                "syntax-rules: circular template",
            )),
            Node::Name(name) => self.name(id, *name, ellipses),
            Node::Pair(car, cdr) => {
                if ellipses == Ellipses::Repeat && self.context.is_ellipsis(*car) {
                    return self.escaped(id, *cdr, nesting);
                }
                let list = syntax.list(id);
                let (elements, mut open) = self.elements(&list.items, ellipses, nesting)?;
                let tail = self.inside(list.tail, ellipses, nesting + 1)?;
                open.extend(tail.open);
                let template = Template::List(elements.into(), tail.template.into());
                Ok(Compiled { template, open })
            }
            Node::Vector(items) => {
                let (elements, open) = self.elements(items, ellipses, nesting)?;
                let template = Template::Vector(elements.into());
                Ok(Compiled { template, open })
            }
        }
    }

    /// `(... template)`: ellipses in it are ordinary identifiers.
    fn escaped(&mut self, id: SyntaxId, rest: SyntaxId, nesting: usize) -> Result<Compiled> {
        let parts = self.context.syntax.proper_list(rest);
        if let Some(&[template]) = parts.as_deref() {
            return self.inside(template, Ellipses::Plain, nesting + 1);
        }
        let message = "syntax-rules: expected one template after the ellipsis: (... template)";
        Err(Failure::new(self.context.syntax.place(id), message))
    }

    fn name(&mut self, id: SyntaxId, name: Name, ellipses: Ellipses) -> Result<Compiled> {
        let slot = self
            .variables
            .iter()
            .position(|variable| variable.name == name);
        if let Some(slot) = slot {
            let slot = self.slot_here(slot);
            return Ok(Compiled {
                template: Template::Variable(slot),
                open: vec![(slot, self.variables[slot].rank)],
            });
        }
        if ellipses == Ellipses::Repeat && self.context.is_ellipsis(id) {
            let place = self.context.syntax.place(id);
            return Err(Failure::new(
                place,
                "syntax-rules: misplaced ellipsis in template",
            ));
        }
        let known = self.inserted.iter().position(|&inserted| inserted == name);
        let index = known.unwrap_or_else(|| {
            self.inserted.push(name);
            self.inserted.len() - 1
        });
        Ok(Compiled::closed(Template::Name(index)))
    }

    /// The slot that stands for the variable in `slot` under as many ellipses as there are here.
    fn slot_here(&mut self, slot: usize) -> usize {
        let variable = self.variables[slot];
        let spare = self.ellipses.saturating_sub(variable.rank);
        if spare == 0 || variable.rank == 0 {
            return slot;
        }
        let copy = CopiedSlot { slot, spare };
        let first = self.variables.len() - self.copies.len();
        let known = self.copies.iter().position(|known| *known == copy);
        first
            + known.unwrap_or_else(|| {
                self.copies.push(copy);
                self.variables.push(variable);
                self.copies.len() - 1
            })
    }

    /// The slot that each of the last slots is a copy of.
    fn copy_sources(&self) -> Vec<usize> {
        self.copies.iter().map(|copy| copy.slot).collect()
    }

    fn elements(
        &mut self,
        items: &[SyntaxId],
        ellipses: Ellipses,
        nesting: usize,
    ) -> Result<(Vec<Element>, Open)> {
        let mut elements = Vec::with_capacity(items.len());
        let mut open = Vec::new();
        let mut rest = items;
        while let Some((&item, after)) = rest.split_first() {
            let is_ellipsis =
                |&&next: &&SyntaxId| ellipses == Ellipses::Repeat && self.context.is_ellipsis(next);
            let (following, after) = after.split_at(after.iter().take_while(is_ellipsis).count());
            rest = after;
            self.ellipses += following.len();
            let compiled = self.inside(item, ellipses, nesting + 1);
            self.ellipses -= following.len();
            let mut compiled = compiled?;
            let mut repeats = Vec::new();
            for &ellipsis in following {
                // The first ellipsis is the innermost.
                repeats.insert(0, self.repeat(&mut compiled.open, ellipsis)?);
            }
            open.append(&mut compiled.open);
            let template = compiled.template;
            elements.push(Element { template, repeats });
        }
        open.sort_unstable();
        open.dedup();
        Ok((elements, open))
    }

    /// The slots that an ellipsis walks: all that still need one.
    fn repeat(&self, open: &mut [(usize, usize)], ellipsis: SyntaxId) -> Result<Vec<usize>> {
        let mut slots = Vec::new();
        for (slot, rank) in open.iter_mut() {
            if *rank > 0 {
                *rank -= 1;
                slots.push(*slot);
            }
        }
        if slots.is_empty() {
            let message = "syntax-rules: no variable under this ellipsis repeats";
            return Err(Failure::new(self.context.syntax.place(ellipsis), message));
        }
        slots.sort_unstable();
        slots.dedup();
        Ok(slots)
    }
}
