//! The machine that expands: a stack of tasks and a stack of finished expressions.
//!
//! No form recurses into its parts on the Rust stack. A form pushes a task that will put the form
//! together ([`Expander::then`]), and then tasks for its parts ([`Expander::later`]). The first
//! task finds the expressions of the parts on the stack of values. So source may nest as deep as
//! memory allows.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use abi::tag;

use super::budget::{Budget, TOO_MUCH};
use super::compiled_library::OtherLibraries;
use super::denotation::{CoreForm, Denotation, Macro, Mutability, TopVariable};
use super::expanded_item::ExpandedItem;
use super::failure::{Failure, Result};
use super::name::{LexicalEnvironment, Name, TopId};
use super::phase_state::{Phase, TemplateUse};
use super::registry::LibraryRegistry;
use super::resolver::{Meaning, Resolver};
use super::scope::Scopes;
use super::source::Sources;
use super::syntax::{Node, Syntax, SyntaxId};
use crate::checkpoint;
use crate::compile::EXPAND;
use crate::core::ir::{
    Expr, ExprId, Global, GlobalId, LambdaOrigin, Literal, Program, SourcePlace, VariableId,
};
use crate::core::{LiteralDatum, immediate_word};
use crate::id_map::IdMap;
use crate::internal_error;
use crate::memory;

/// What is still to be done.
enum Task {
    /// Expand an expression; leaves its value.
    Expand(SyntaxId),
    Then(Then),
}

/// An unbound name that was warned of at the first place that mentions the name.
pub(crate) struct UnboundName {
    pub(crate) warning_index: usize,
    pub(crate) further_places: usize,
}

/// What is still to be done, set aside.
pub(crate) struct Waiting {
    tasks: Vec<Task>,
    values: Vec<ExprId>,
}

type Then = Box<dyn FnOnce(&mut Expander<'_>) -> Result<()>>;

/// The expansion of one unit.
pub(crate) struct Expander<'registry> {
    pub(crate) registry: &'registry mut LibraryRegistry,
    pub(crate) syntax: Syntax,
    pub(crate) sources: Sources,
    pub(crate) program: Program,
    /// The unit's number.
    pub(crate) unit: u32,
    pub(crate) scopes: Scopes,
    /// The top-level environment of the form being expanded.
    pub(crate) top: TopId,
    tasks: Vec<Task>,
    values: Vec<ExprId>,
    globals: HashMap<Rc<str>, GlobalId>,
    /// Libraries whose source is in this unit and which nothing has imported yet.
    pub(crate) declared: HashMap<Rc<str>, SyntaxId>,
    /// The items of the unit in order, expanded.
    pub(crate) items: Vec<ExpandedItem>,
    /// What comes before all of them.
    pub(crate) first_items: Vec<ExpandedItem>,
    /// Whether something outlives the unit that may refer to its aliases.
    pub(crate) persists: bool,
    /// Variables of libraries that are globals too, with the reference that defines the global.
    pub(crate) exported: Vec<(VariableId, Rc<TopVariable>, ExprId)>,
    /// What is doubtful about the text, but no mistake for certain.
    pub(crate) warnings: Vec<Failure>,
    /// The unbound names that were warned of, by the environments where the search for them ended.
    pub(crate) unbound: IdMap<(Name, TopId), UnboundName>,
    /// Unbound names, where they are refused.
    pub(crate) refusals: Vec<Failure>,
    /// Whether libraries may be expanded into the unit because somebody imports them.
    pub(crate) other_libraries: OtherLibraries,
    /// Whether the body of such a library does something.
    pub(crate) has_effects: bool,
    /// The libraries with images of their own that the unit knows, also those that only others need.
    /// With the hashes of their interfaces.
    pub(crate) adopted: HashMap<Rc<str>, Rc<str>>,
    /// How much code more the unit may become.
    pub(crate) budget: Budget,
    pub(crate) phase: Phase,
    /// How many scopes are around the unit: more than none for the procedure of a local macro.
    pub(crate) base_depth: u32,
    /// The templates of `syntax` so far.
    pub(crate) templates: Vec<TemplateUse>,
    /// The definitions at top level so far, where something runs procedures of macros.
    pub(crate) definitions: IdMap<*const TopVariable, SyntaxId>,
    /// Other meanings of syntax parameters, innermost last.
    pub(crate) parameterized: Vec<(Rc<Macro>, Denotation)>,
    /// What stands for an ellipsis in templates of `quasisyntax`.
    pub(crate) quasi_ellipsis: Option<Name>,
    /// What the forms of an interaction define.
    pub(crate) defined_names: BTreeSet<Name>,
}

impl<'registry> Expander<'registry> {
    pub(crate) fn new(registry: &'registry mut LibraryRegistry, top: TopId) -> Self {
        let unit = registry.next_unit();
        Self {
            registry,
            syntax: Syntax::default(),
            sources: Sources::default(),
            program: Program::default(),
            unit,
            scopes: Scopes::default(),
            top,
            tasks: Vec::new(),
            values: Vec::new(),
            globals: HashMap::new(),
            declared: HashMap::new(),
            items: Vec::new(),
            first_items: Vec::new(),
            persists: false,
            exported: Vec::new(),
            warnings: Vec::new(),
            unbound: IdMap::default(),
            refusals: Vec::new(),
            other_libraries: OtherLibraries::Welcome,
            has_effects: false,
            adopted: HashMap::new(),
            budget: Budget::new(),
            phase: Phase::default(),
            base_depth: 0,
            templates: Vec::new(),
            definitions: IdMap::default(),
            parameterized: Vec::new(),
            quasi_ellipsis: None,
            defined_names: BTreeSet::new(),
        }
    }

    // Tasks and values.

    /// Runs `task` after everything that is pushed later.
    pub(crate) fn then(&mut self, task: impl FnOnce(&mut Expander<'_>) -> Result<()> + 'static) {
        self.tasks.push(Task::Then(Box::new(task)));
    }

    /// Expands `id` after everything that is pushed later.
    pub(crate) fn later(&mut self, id: SyntaxId) {
        self.tasks.push(Task::Expand(id));
    }

    /// Expands `ids` in order.
    pub(crate) fn later_all(&mut self, ids: &[SyntaxId]) {
        self.tasks
            .extend(ids.iter().rev().map(|&id| Task::Expand(id)));
    }

    /// Runs all tasks; on a mistake the machine is left empty and at top level.
    pub(crate) fn run(&mut self) -> Result<()> {
        while let Some(task) = self.tasks.pop() {
            checkpoint::step();
            let done = match task {
                Task::Expand(id) => self.visit(id).and_then(|()| self.expand(id)),
                Task::Then(then) => then(self),
            };
            if let Err(failure) = done {
                self.tasks.clear();
                self.values.clear();
                self.scopes.exit_to(self.base_depth);
                if self.phase.number == 0 {
                    self.parameterized.clear();
                }
                return Err(failure);
            }
        }
        Ok(())
    }

    /// Sets aside what is still to be done, so that something else can be done first.
    pub(crate) fn set_aside(&mut self) -> Waiting {
        Waiting {
            tasks: std::mem::take(&mut self.tasks),
            values: std::mem::take(&mut self.values),
        }
    }

    /// Goes on with what was set aside.
    pub(crate) fn go_on(&mut self, waiting: Waiting) {
        self.tasks = waiting.tasks;
        self.values = waiting.values;
    }

    pub(crate) fn pop(&mut self) -> ExprId {
        self.values.pop().expect("each expansion leaves one value")
    }

    pub(crate) fn pop_many(&mut self, count: usize) -> Vec<ExprId> {
        let start = self.values.len().checked_sub(count);
        self.values
            .split_off(start.expect("each expansion leaves one value"))
    }

    pub(crate) fn push_value(&mut self, value: ExprId) {
        self.values.push(value);
    }

    /// Leaves `expr`, written at `at`.
    pub(crate) fn finish(&mut self, expr: Expr, at: SyntaxId) {
        let value = self.add(expr, at);
        self.values.push(value);
    }

    /// Counts that the form `id` is expanded: code with shared parts stands for far more code than its text has.
    pub(crate) fn visit(&self, id: SyntaxId) -> Result<()> {
        memory::take(memory::VISIT_BYTES);
        if self.budget.take(1) {
            return Ok(());
        }
        Err(self.failure(id, TOO_MUCH))
    }

    // Building Core.

    pub(crate) fn place(&mut self, at: SyntaxId) -> SourcePlace {
        self.sources.place(self.syntax.place(at))
    }

    pub(crate) fn add(&mut self, expr: Expr, at: SyntaxId) -> ExprId {
        let place = self.place(at);
        self.program.add(expr, place)
    }

    pub(crate) fn word(&mut self, word: u64, at: SyntaxId) -> ExprId {
        let literal = self.program.add_word(word);
        self.add(Expr::Quote(literal), at)
    }

    pub(crate) fn unspecified(&mut self, at: SyntaxId) -> ExprId {
        self.word(tag::UNSPECIFIED, at)
    }

    pub(crate) fn quote(&mut self, datum: SyntaxId, at: SyntaxId) -> ExprId {
        let word = match self.syntax.node(datum) {
            Node::Null => Some(tag::NULL),
            Node::Atom(atom) => immediate_word(atom),
            _ => None,
        };
        if let Some(word) = word {
            return self.word(word, at);
        }
        let data = &mut self.program.data;
        let datum = self.syntax.export(&self.registry.names, datum, data);
        if self.syntax.has_live_objects
            && let Some(made) = self.quote_live(datum, at)
        {
            return made;
        }
        let literal = self.datum_literal(datum);
        self.add(Expr::Quote(literal), at)
    }

    /// The quotation of a symbol.
    pub(crate) fn quote_symbol(&mut self, text: &str, at: SyntaxId) -> ExprId {
        let span = self.syntax.place(at).span;
        let datum = self.program.data.push_symbol(text, span);
        let literal = Literal::Datum(LiteralDatum(datum));
        let literal = self.program.literals.push(literal);
        self.add(Expr::Quote(literal), at)
    }

    /// One expression that evaluates all in order.
    pub(crate) fn sequence(&mut self, mut parts: Vec<ExprId>, at: SyntaxId) -> ExprId {
        match parts.len() {
            0 => self.unspecified(at),
            1 => parts.remove(0),
            _ => self.add(Expr::Sequence(parts), at),
        }
    }

    /// A variable called like `name`.
    pub(crate) fn variable(&mut self, name: Name) -> VariableId {
        let text = Rc::clone(self.registry.names.text(name));
        if cfg!(debug_assertions) && &*text == internal_error::PLANTED {
            internal_error::plant(EXPAND);
        }
        self.program.add_variable(text)
    }

    pub(crate) fn global(&mut self, key: &Rc<str>, mutability: Mutability) -> GlobalId {
        let immutable = mutability == Mutability::Immutable;
        if let Some(&global) = self.globals.get(key) {
            let global_mut = &mut self.program.globals[global];
            global_mut.immutable &= immutable;
            global_mut.returns_itself &= immutable;
            return global;
        }
        let id = self.program.globals.push(Global {
            key: Rc::clone(key),
            immutable,
            returns_itself: immutable && self.registry.interfaces.returns_itself(key),
        });
        self.globals.insert(Rc::clone(key), id);
        self.registry.keys.note_mentioned(key);
        id
    }

    /// Names the procedure that a variable is bound to after the variable.
    pub(crate) fn name_lambda(&mut self, value: ExprId, variable: &Rc<str>) {
        let mut value = value;
        let mut named = Vec::new();
        // The clauses of a `case-lambda` have no names of their own.
        while let Expr::Letrec(bindings, body) = self.program.expr(value) {
            named.extend(bindings.iter().map(|&(_, clause)| clause));
            value = *body;
        }
        named.push(value);
        for value in named {
            if let Expr::Lambda(id) = *self.program.expr(value) {
                let lambda = &mut self.program.lambdas[id];
                if !lambda.name.is_empty() {
                    continue;
                }
                lambda.name = Rc::clone(variable);
                if lambda.origin == LambdaOrigin::CaseLambda {
                    self.name_refusals(id, variable);
                }
            }
        }
    }

    // Names.

    pub(crate) fn environment(&self) -> LexicalEnvironment {
        LexicalEnvironment {
            top: self.top,
            depth: self.scopes.depth(),
        }
    }

    /// What names mean at the place being expanded.
    pub(crate) fn resolver(&self) -> Resolver<'_> {
        Resolver::new(self.registry, &self.scopes, self.environment())
    }

    pub(crate) fn resolve(&self, name: Name) -> Meaning {
        let meaning = self.resolver().resolve(name);
        if let Meaning::Known(Denotation::Macro(definition)) = &meaning
            && definition.is_parameter
        {
            let mut others = self.parameterized.iter().rev();
            let other = others.find(|(parameter, _)| Rc::ptr_eq(parameter, definition));
            if let Some((_, other)) = other {
                return Meaning::Known(other.clone());
            }
        }
        meaning
    }

    pub(crate) fn core_form(&self, id: SyntaxId) -> Option<CoreForm> {
        self.resolver().core_form(&self.syntax, id)
    }

    /// The form whose name stands at the head of `id`.
    pub(crate) fn head_form(&self, id: SyntaxId) -> Option<CoreForm> {
        let (head, _) = self.syntax.as_pair(id)?;
        self.core_form(head)
    }

    pub(crate) fn text(&self, name: Name) -> &Rc<str> {
        self.registry.names.text(name)
    }

    // Expressions.

    fn expand(&mut self, id: SyntaxId) -> Result<()> {
        let mut id = id;
        loop {
            let head = match *self.syntax.node(id) {
                Node::Name(name) => match self.meaning(name)? {
                    Meaning::Known(Denotation::Macro(definition)) if definition.is_procedural() => {
                        id = self.expand_macro(&definition, id)?;
                        continue;
                    }
                    meaning => return self.reference(name, meaning, id),
                },
                Node::Pair(head, _) => head,
                Node::Null => {
                    let message =
                        "expected an expression, found `()`: an empty list must be quoted";
                    return Err(self.failure(id, message));
                }
                Node::Circular(_) => {
                    return Err(self.failure(id, "circular data must be quoted"));
                }
                Node::Atom(_) | Node::Vector(_) => {
                    let value = self.quote(id, id);
                    self.push_value(value);
                    return Ok(());
                }
            };
            let Some(name) = self.syntax.as_name(head) else {
                return self.call(id);
            };
            match self.meaning(name)? {
                Meaning::Known(Denotation::Core(form)) => return self.core(form, id),
                Meaning::Known(Denotation::Macro(definition)) => {
                    id = self.expand_macro(&definition, id)?;
                }
                _ => return self.call(id),
            }
        }
    }

    fn call(&mut self, id: SyntaxId) -> Result<()> {
        let Some(parts) = self.syntax.proper_list(id) else {
            return Err(self.failure(id, "a call must be a proper list"));
        };
        let count = parts.len();
        self.then(move |expander| {
            let mut parts = expander.pop_many(count);
            let operator = parts.remove(0);
            expander.finish(Expr::Call(operator, parts), id);
            Ok(())
        });
        self.later_all(&parts);
        Ok(())
    }

    // Mistakes.

    pub(crate) fn failure(&self, at: SyntaxId, message: impl Into<String>) -> Failure {
        Failure::new(self.syntax.place(at), message)
    }

    /// The operands of `id`, of which there must be from `least` to `most`.
    pub(crate) fn operands(
        &self,
        id: SyntaxId,
        form: CoreForm,
        least: usize,
        most: usize,
    ) -> Result<Vec<SyntaxId>> {
        let name = form.name();
        let (_, rest) = self.syntax.as_pair(id).expect("forms are pairs");
        let Some(operands) = self.syntax.proper_list(rest) else {
            return Err(self.failure(id, format!("{name}: expected a proper list")));
        };
        let found = operands.len();
        if (least..=most).contains(&found) {
            return Ok(operands);
        }
        let expected = match (least, most) {
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) if least == most => least.to_string(),
            (least, most) if least + 1 == most => format!("{least} or {most}"),
            (least, most) => format!("{least} to {most}"),
        };
        let noun = if expected == "1" || expected == "at least 1" {
            "operand"
        } else {
            "operands"
        };
        let message = format!("{name}: expected {expected} {noun}, found {found}");
        Err(self.failure(id, message))
    }

    /// The name that `id` is.
    pub(crate) fn identifier(&self, id: SyntaxId, form: CoreForm) -> Result<Name> {
        self.syntax.as_name(id).ok_or_else(|| {
            let message = format!("{}: expected an identifier", form.name());
            self.failure(id, message)
        })
    }
}

/// The word of `id` if it is an atom that is not an object in memory.
pub(crate) fn atom_word(syntax: &Syntax, id: SyntaxId) -> Option<u64> {
    match syntax.node(id) {
        Node::Atom(atom) => immediate_word(atom),
        _ => None,
    }
}
