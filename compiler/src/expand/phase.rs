//! What runs while a unit is expanded: procedures of macros, and what `begin-for-syntax` defines.
//!
//! Each of them is expanded as a unit of its own, in the scopes of its place, one *phase* above the unit. Its
//! variables are globals of the machine that runs it. The machine has the library of the runtime. What else a phase's
//! unit refers to is defined there first:
//!
//! * The variables of a library of the unit: the part of the unit that the variables depend on is evaluated there,
//!   too.
//! * A procedure or constant that the text around the macro defines at top level: its definition is expanded once
//!   more.
//!
//! All other variables of the unit have no value while the unit is expanded.

use std::rc::Rc;

use super::body::Code;
use super::denotation::{CoreForm, Denotation, Mutability, TopVariable};
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::failure::Result;
use super::name::Name;
use super::syntax::{Node, SyntaxId};
use super::top_environment::TopKind;
use crate::core::ir::{Expr, ExprId, Global, GlobalId, Program, VariableId};
use crate::id::Id as _;
use crate::id_map::{IdMap, IdSet};

/// The key of a library's variable where macros run.
fn syntax_key(unit: u32, variable: VariableId) -> Rc<str> {
    format!("syntax~{unit}:{}", variable.number()).into()
}

impl Expander<'_> {
    /// Expands a unit of the next phase. `work` answers its items.
    pub(crate) fn phase_unit(
        &mut self,
        at: SyntaxId,
        work: impl FnOnce(&mut Expander<'_>) -> Result<Vec<ExpandedItem>>,
    ) -> Result<Program> {
        let mut inner = Expander::new(&mut *self.registry, self.top);
        inner.phase.number = self.phase.number + 1;
        inner.phase.outer_unit = self.unit;
        inner.base_depth = self.scopes.depth();
        std::mem::swap(&mut inner.syntax, &mut self.syntax);
        std::mem::swap(&mut inner.sources, &mut self.sources);
        std::mem::swap(&mut inner.scopes, &mut self.scopes);
        std::mem::swap(&mut inner.budget, &mut self.budget);
        std::mem::swap(&mut inner.templates, &mut self.templates);
        std::mem::swap(&mut inner.definitions, &mut self.definitions);
        inner.parameterized = self.parameterized.clone();
        let expanded = work(&mut inner).and_then(|items| inner.finish_phase(items, at));
        std::mem::swap(&mut inner.syntax, &mut self.syntax);
        std::mem::swap(&mut inner.sources, &mut self.sources);
        std::mem::swap(&mut inner.scopes, &mut self.scopes);
        std::mem::swap(&mut inner.budget, &mut self.budget);
        std::mem::swap(&mut inner.templates, &mut self.templates);
        std::mem::swap(&mut inner.definitions, &mut self.definitions);
        let wanted = std::mem::take(&mut inner.phase.wanted);
        let persists = inner.persists;
        let warnings = std::mem::take(&mut inner.warnings);
        let mut refusals = std::mem::take(&mut inner.refusals);
        self.persists |= persists;
        self.warnings.extend(warnings);
        let program = expanded?;
        if !refusals.is_empty() {
            return Err(refusals.remove(0));
        }
        self.instantiate(wanted, at)?;
        Ok(program)
    }

    /// The one item of a unit that evaluates `id`.
    pub(crate) fn phase_expression(&mut self, id: SyntaxId) -> Result<Vec<ExpandedItem>> {
        self.later(id);
        self.run()?;
        let (target, value, at) = (None, self.pop(), id);
        Ok(vec![ExpandedItem { target, value, at }])
    }

    /// Puts a unit of a phase together.
    fn finish_phase(&mut self, items: Vec<ExpandedItem>, at: SyntaxId) -> Result<Program> {
        let mut all = self.lifted_items()?;
        all.extend(std::mem::take(&mut self.first_items));
        all.extend(items);
        let body = self.join(all, at);
        self.program.body = Some(body);
        self.program.files = self.sources.names();
        self.program.texts = self.sources.texts();
        let data = &self.program.data;
        if self.syntax.has_live_objects && data.has_externals() {
            let message = "a macro's procedure cannot contain a live object";
            return Err(self.failure(at, message));
        }
        Ok(std::mem::take(&mut self.program))
    }

    /// `(begin-for-syntax form ...)` at top level.
    pub(crate) fn begin_for_syntax(&mut self, id: SyntaxId) -> Result<()> {
        let forms = self.operands(id, CoreForm::BeginForSyntax, 0, usize::MAX)?;
        let evaluator = self.evaluator(id)?;
        let program = self.phase_unit(id, |inner| {
            let mut items = Vec::new();
            inner.scan(forms, &mut items)?;
            inner.run_items(items)?;
            Ok(std::mem::take(&mut inner.items))
        })?;
        let context = self.lend(self.environment());
        let (outcome, context) = evaluator.evaluate(program, context);
        self.take_back(context);
        let evaluated = outcome.map_err(|error| self.macro_failure("", error, id));
        evaluated.map(|_| ())
    }

    /// Defines `name` at top level for the units of phases.
    pub(crate) fn define_for_syntax(&mut self, name: Name) -> Target {
        let text = Rc::clone(self.text(name));
        let key: Rc<str> = format!("syntax~{}~{}:{text}", self.unit, name.number()).into();
        let variable = Rc::new(TopVariable::for_syntax(Rc::clone(&key)));
        match self.own_variable(name) {
            Some(known) if !known.is_for_syntax() => known.set_syntax_key(key),
            _ => {
                let denotation = Denotation::Top(Rc::clone(&variable));
                self.registry.top_mut(self.top).bind(name, denotation);
            }
        }
        Target::Global(variable)
    }

    /// The variable that the top level itself defines as `name`.
    fn own_variable(&self, name: Name) -> Option<Rc<TopVariable>> {
        let top = self.registry.top(self.top);
        let Some(Denotation::Top(variable)) = top.find(name) else {
            return None;
        };
        let is_own = match top.kind() {
            TopKind::Interaction { .. } => {
                *variable.key() == self.registry.interaction_key(self.top, name)
            }
            TopKind::Program | TopKind::Library(_) => variable.is_owned_by(self.top),
        };
        is_own.then(|| Rc::clone(variable))
    }

    /// The reference to a variable at top level from a unit of a phase.
    pub(crate) fn phase_reference(
        &mut self,
        variable: &Rc<TopVariable>,
        at: SyntaxId,
    ) -> Result<Expr> {
        if let Some(key) = variable.syntax_key() {
            return Ok(Expr::GlobalRef(self.global(&key, Mutability::Mutable)));
        }
        let key = Rc::clone(variable.key());
        let evaluator = self.evaluator(at)?;
        let is_defined = match variable.defined_in() {
            None => evaluator.is_defined(&key),
            Some(_) => Ok(false),
        };
        if is_defined.map_err(|error| self.macro_failure("", error, at))? {
            let mutability = variable.mutability();
            return Ok(Expr::GlobalRef(self.global(&key, mutability)));
        }
        if let Some(local) = variable.defined_in()
            && local.unit == self.phase.outer_unit
            && local.owner != self.top
        {
            let key = syntax_key(local.unit, local.variable);
            self.phase.wanted.push(local.variable);
            variable.set_syntax_key(Rc::clone(&key));
            return Ok(Expr::GlobalRef(self.global(&key, Mutability::Mutable)));
        }
        let definition = match self.definitions.get(&Rc::as_ptr(variable)) {
            Some(&definition) => Some(definition),
            None => self.earlier_definition(&key),
        };
        if let Some(definition) = definition
            && self.is_liftable(definition)
        {
            let name = format!("syntax~{}~{}", self.unit, self.phase.lifted.len());
            let key: Rc<str> = format!("{name}:{}", self.to_text(at)).into();
            variable.set_syntax_key(Rc::clone(&key));
            self.phase.lifted.push((Rc::clone(variable), definition));
            return Ok(Expr::GlobalRef(self.global(&key, Mutability::Mutable)));
        }
        let text = self.to_text(at);
        let message = format!("`{text}` has no value while macros are expanded");
        let note = "`define-for-syntax` and `begin-for-syntax` define what macros use, and so does a library";
        Err(self.failure(at, message).note(note))
    }

    /// The definition of an interaction's global, from an earlier text.
    fn earlier_definition(&mut self, key: &str) -> Option<SyntaxId> {
        let text = self.registry.kept_definition(key)?.text()?;
        let forms = self.read_source(text, 0).ok()?;
        let definition = forms.first().copied()?;
        let is_definition = self.head_form(definition) == Some(CoreForm::Define);
        is_definition.then_some(definition)
    }

    /// Whether a definition is that of a procedure or a constant.
    fn is_liftable(&self, definition: SyntaxId) -> bool {
        let parts = self.syntax.proper_list(definition).unwrap_or_default();
        let [_, name, rest @ ..] = parts.as_slice() else {
            return false;
        };
        if self.syntax.as_pair(*name).is_some() {
            return true;
        }
        let [value] = rest else { return false };
        match self.syntax.node(*value) {
            Node::Atom(_) => true,
            Node::Pair(..) => matches!(
                self.head_form(*value),
                Some(
                    CoreForm::Lambda
                        | CoreForm::CaseLambda
                        | CoreForm::NamedLambda
                        | CoreForm::Quote
                )
            ),
            _ => false,
        }
    }

    /// Expands the definitions around the macro that the unit refers to, and those that these refer to.
    fn lifted_items(&mut self) -> Result<Vec<ExpandedItem>> {
        let mut items = Vec::new();
        let mut done = 0;
        while let Some((variable, definition)) = self.phase.lifted.get(done).cloned() {
            done += 1;
            // The definition stands at top level, wherever the macro stands.
            let scopes = std::mem::take(&mut self.scopes);
            let depth = std::mem::take(&mut self.base_depth);
            let value = self.lifted_value(definition);
            self.scopes = scopes;
            self.base_depth = depth;
            let key = variable
                .syntax_key()
                .expect("it was set when it was lifted");
            let target = Some(Target::Global(Rc::new(TopVariable::for_syntax(key))));
            items.push(ExpandedItem {
                target,
                value: value?,
                at: definition,
            });
        }
        Ok(items)
    }

    fn lifted_value(&mut self, definition: SyntaxId) -> Result<ExprId> {
        let operands = self.operands(definition, CoreForm::Define, 2, usize::MAX)?;
        let code = match self.syntax.as_pair(operands[0]) {
            Some((_, formals)) => Code::Procedure {
                name: "".into(),
                formals: self.formals(formals, CoreForm::Define)?,
                body: operands[1..].to_vec(),
                at: definition,
            },
            None => Code::Expression(operands[1]),
        };
        self.then(move |expander| expander.code(code));
        self.run()?;
        Ok(self.pop())
    }

    /// Evaluates what variables of this unit's libraries depend on where macros run.
    fn instantiate(&mut self, wanted: Vec<VariableId>, at: SyntaxId) -> Result<()> {
        let new = |variable: &VariableId| !self.phase.instantiated.contains(variable);
        let wanted: Vec<VariableId> = wanted.into_iter().filter(new).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let evaluator = self.evaluator(at)?;
        let Some(program) = self.instance(wanted) else {
            let message = "a library that imports this one has no values while macros are expanded";
            return Err(self.failure(at, message));
        };
        let context = self.lend(self.environment());
        let (outcome, context) = evaluator.evaluate(program, context);
        self.take_back(context);
        let evaluated = outcome.map_err(|error| self.macro_failure("", error, at));
        evaluated.map(|_| ())
    }

    /// The part of this unit that defines these variables as globals.
    fn instance(&mut self, wanted: Vec<VariableId>) -> Option<Program> {
        let ranges = self.ranges_of(wanted)?;
        let mut program = self.program.clone();
        program.warnings.clear();
        let mut globals: IdMap<VariableId, GlobalId> = IdMap::default();
        let mut defined = Vec::new();
        let mut parts = Vec::new();
        for &(start, end) in &self.phase.libraries {
            for item in &self.items[start..end] {
                let Some(Target::Local(variable) | Target::Exported(variable, _)) = item.target
                else {
                    continue;
                };
                let global = program.globals.push(Global {
                    key: syntax_key(self.unit, variable),
                    immutable: false,
                    returns_itself: false,
                });
                globals.insert(variable, global);
            }
        }
        program.refer_to_globals(&globals);
        for (id, variable) in program.variables.entries_mut() {
            if globals.contains_key(&id) {
                variable.assigned = false;
            }
        }
        for (start, end) in ranges {
            for item in &self.items[start..end] {
                let place = program.spans[item.value];
                let part = match &item.target {
                    Some(Target::Local(variable) | Target::Exported(variable, _)) => {
                        defined.push(*variable);
                        Expr::GlobalDefine(globals[variable], item.value)
                    }
                    // What the end of a library defines is of no use to macros.
                    Some(_) => continue,
                    None => {
                        parts.push(item.value);
                        continue;
                    }
                };
                let part = program.add(part, place);
                parts.push(part);
            }
        }
        let place = program.spans[*parts.first()?];
        let body = program.add(Expr::Sequence(parts), place);
        program.body = Some(body);
        program.files = self.sources.names();
        program.texts = self.sources.texts();
        self.phase.instantiated.extend(defined);
        Some(program)
    }

    /// The libraries of the unit that these variables depend on and that no macro has needed yet: their items.
    fn ranges_of(&self, wanted: Vec<VariableId>) -> Option<Vec<(usize, usize)>> {
        let mut owner: IdMap<VariableId, usize> = IdMap::default();
        for (index, &(start, end)) in self.phase.libraries.iter().enumerate() {
            for item in &self.items[start..end] {
                if let Some(Target::Local(variable) | Target::Exported(variable, _)) = item.target {
                    owner.insert(variable, index);
                }
            }
        }
        let mut needed = IdSet::default();
        let mut pending = wanted;
        while let Some(variable) = pending.pop() {
            let &index = owner.get(&variable)?;
            if self.phase.instantiated.contains(&variable) || !needed.insert(index) {
                continue;
            }
            let (start, end) = self.phase.libraries[index];
            let mut exprs: Vec<ExprId> = self.items[start..end]
                .iter()
                .map(|item| item.value)
                .collect();
            while let Some(expr) = exprs.pop() {
                if let Expr::Local(used) | Expr::SetLocal(used, _) = self.program.expr(expr)
                    && owner.contains_key(used)
                {
                    pending.push(*used);
                }
                self.program.each_part(expr, |part| exprs.push(part));
            }
        }
        let mut needed: Vec<usize> = needed.into_iter().collect();
        needed.sort_unstable();
        let ranges = needed.into_iter().map(|index| self.phase.libraries[index]);
        Some(ranges.collect())
    }
}
