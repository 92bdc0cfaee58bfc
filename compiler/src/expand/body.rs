//! Bodies and top levels: finds the definitions first, so that every name is known before any
//! expression is expanded.

use std::rc::Rc;

use abi::primitive::Primitive;

use super::definition_text::DefinitionText;
use super::denotation::{CoreForm, Denotation, Macro, MacroBody, TopVariable, Transformer};
use super::expanded_item::{ExpandedItem, Target};
use super::expander::Expander;
use super::failure::Result;
use super::forms::{Formals, RecordDefinition};
use super::name::{LexicalEnvironment, Name};
use super::resolver::Meaning;
use super::syntax::{Node, SyntaxId};
use super::syntax_rules;
use super::top_environment::TopKind;
use crate::core::ir::{Expr, ExprId, VariableId};

/// A definition or expression of a body, in order.
pub(crate) enum Item {
    Define(Target, Code),
    Evaluate(Code),
}

/// Something to be expanded once all definitions are known; leaves one value.
pub(crate) enum Code {
    Expression(SyntaxId),
    Procedure {
        name: Rc<str>,
        formals: Formals,
        body: Vec<SyntaxId>,
        at: SyntaxId,
    },
    Build(SyntaxId, Build),
}

/// The definitions of a `define-values`, and the variables that take the producer's values.
struct ReceivedDefinitions {
    targets: Vec<Target>,
    values: Vec<VariableId>,
    /// The last of the variables, if it takes a list.
    rest: Option<VariableId>,
}

type Build = Box<dyn FnOnce(&mut Expander<'_>) -> Result<()>>;

impl Expander<'_> {
    /// Leaves the value of a body, in a scope of its own.
    pub(crate) fn body(&mut self, forms: Vec<SyntaxId>, at: SyntaxId) -> Result<()> {
        self.scopes.enter();
        let mut items = Vec::with_capacity(forms.len());
        self.scan(forms, &mut items)?;
        if items.is_empty() {
            return Err(self.failure(at, "expected at least one expression in the body"));
        }
        self.then(move |expander| {
            expander.scopes.exit();
            Ok(())
        });
        self.items_later(items, at);
        Ok(())
    }

    /// Expands `items` and leaves the value of them all.
    fn items_later(&mut self, items: Vec<Item>, at: SyntaxId) {
        let (targets, codes): (Vec<_>, Vec<_>) = items.into_iter().map(Item::split).unzip();
        let places: Vec<SyntaxId> = codes.iter().map(Code::at).collect();
        self.then(move |expander| {
            let values = expander.pop_many(targets.len());
            let parts = targets.into_iter().zip(values).zip(places);
            let item = |((target, value), at)| ExpandedItem { target, value, at };
            let items = parts.map(item).collect();
            let value = expander.join(items, at);
            expander.push_value(value);
            Ok(())
        });
        for code in codes.into_iter().rev() {
            self.then(move |expander| expander.code(code));
        }
    }

    pub(crate) fn code(&mut self, code: Code) -> Result<()> {
        match code {
            Code::Expression(id) => {
                self.later(id);
                Ok(())
            }
            Code::Procedure {
                name,
                formals,
                body,
                at,
            } => self.procedure(name, &formals, body, at),
            Code::Build(_, build) => build(self),
        }
    }

    /// Takes `forms` apart into `items`: expands macros at their heads, splices `begin`, binds what
    /// is defined in the innermost scope, or at top level if there is none.
    pub(crate) fn scan(&mut self, forms: Vec<SyntaxId>, items: &mut Vec<Item>) -> Result<()> {
        let mut pending = forms;
        pending.reverse();
        while let Some(id) = pending.pop() {
            self.visit(id)?;
            let head = self
                .syntax
                .as_pair(id)
                .and_then(|(head, _)| self.syntax.as_name(head));
            let meaning = match head {
                Some(head) => Some(self.meaning(head)?),
                None => None,
            };
            match meaning {
                Some(Meaning::Known(Denotation::Macro(definition))) => {
                    let expanded = self.expand_macro(&definition, id)?;
                    pending.push(expanded);
                }
                Some(Meaning::Known(Denotation::Core(form))) => {
                    let spliced = self.scan_form(form, id, items)?;
                    pending.extend(spliced.into_iter().rev());
                }
                _ => items.push(Item::Evaluate(Code::Expression(id))),
            }
        }
        Ok(())
    }

    /// The forms that stand in the place of `id`, if it is one that splices.
    fn scan_form(
        &mut self,
        form: CoreForm,
        id: SyntaxId,
        items: &mut Vec<Item>,
    ) -> Result<Vec<SyntaxId>> {
        if self.scopes.depth() == 0 && form.is_definition() && self.is_fixed() {
            let message = format!(
                "{}: nothing can be defined in this environment",
                form.name()
            );
            let note = "`(interaction-environment)` takes definitions";
            return Err(self.failure(id, message).note(note));
        }
        match form {
            CoreForm::Begin => return self.operands(id, form, 0, usize::MAX),
            CoreForm::CondExpand => return self.cond_expand_clause(id),
            CoreForm::Include | CoreForm::IncludeCi => return self.include(form, id),
            CoreForm::Import if self.scopes.depth() == 0 && self.phase.number > 0 => {
                let message = "import: libraries are imported outside of `begin-for-syntax`";
                return Err(self.failure(id, message));
            }
            CoreForm::Import if self.scopes.depth() == 0 => self.import_form(id)?,
            CoreForm::BeginForSyntax if self.scopes.depth() == 0 => self.begin_for_syntax(id)?,
            CoreForm::Define => self.scan_define(id, items)?,
            CoreForm::DefineValues => self.scan_define_values(id, items)?,
            CoreForm::DefineRecordType => self.scan_record(id, items)?,
            CoreForm::DefineSyntax | CoreForm::DefineSyntaxParameter => {
                self.scan_define_syntax(form, id)?;
            }
            _ => items.push(Item::Evaluate(Code::Expression(id))),
        }
        Ok(Vec::new())
    }

    /// Whether the top-level environment is one of `(environment …)`.
    fn is_fixed(&self) -> bool {
        self.registry.top(self.top).is_of_sets()
    }

    /// Notes a definition at top level: a macro may need it.
    fn note_definition(&mut self, name: Name, id: SyntaxId) {
        if self.scopes.depth() > 0 || self.registry.macro_evaluator().is_none() {
            return;
        }
        let top = self.registry.top(self.top);
        let Some(Denotation::Top(variable)) = top.find(name) else {
            return;
        };
        self.definitions.insert(Rc::as_ptr(variable), id);
        if self.phase.number == 0 && matches!(top.kind(), TopKind::Interaction { .. }) {
            let (key, place) = (Rc::clone(variable.key()), self.syntax.place(id));
            let text = DefinitionText::new(self.sources.source(place.file), place.span);
            self.registry.keep_definition(key, text);
        }
    }

    fn scan_define(&mut self, id: SyntaxId, items: &mut Vec<Item>) -> Result<()> {
        let operands = self.operands(id, CoreForm::Define, 1, usize::MAX)?;
        let Some((head, formals)) = self.syntax.as_pair(operands[0]) else {
            let name = self.identifier(operands[0], CoreForm::Define)?;
            let code = match operands.as_slice() {
                [_, value] => Code::Expression(*value),
                [_] => Code::Build(
                    id,
                    Box::new(move |expander| {
                        let value = expander.unspecified(id);
                        expander.push_value(value);
                        Ok(())
                    }),
                ),
                _ => {
                    let message = "define: expected one expression after the name";
                    return Err(self.failure(id, message));
                }
            };
            let target = self.define(name, id)?;
            self.note_definition(name, id);
            items.push(Item::Define(target, code));
            return Ok(());
        };
        let name = self.syntax.as_name(head).ok_or_else(|| {
            let message = "define: expected an identifier, or (name parameter ...)";
            self.failure(head, message)
        })?;
        if operands.len() < 2 {
            return Err(self.failure(id, "define: expected a body after the parameters"));
        }
        let formals = self.formals(formals, CoreForm::Define)?;
        let text = Rc::clone(self.text(name));
        let target = self.define(name, id)?;
        self.note_definition(name, id);
        let body = operands[1..].to_vec();
        let code = Code::Procedure {
            name: text,
            formals,
            body,
            at: id,
        };
        items.push(Item::Define(target, code));
        Ok(())
    }

    /// `(define-values (a . b) producer)`: a vector of the values, then a definition for each.
    fn scan_define_values(&mut self, id: SyntaxId, items: &mut Vec<Item>) -> Result<()> {
        let operands = self.operands(id, CoreForm::DefineValues, 2, 2)?;
        let formals = self.formals(operands[0], CoreForm::DefineValues)?;
        let names: Vec<Name> = formals.required.into_iter().chain(formals.rest).collect();
        let mut targets = Vec::with_capacity(names.len());
        for &name in &names {
            targets.push(self.define(name, id)?);
        }
        let received = self.fresh_values(names.len());
        let rest = formals.rest.and(received.last().copied());
        let definitions = ReceivedDefinitions {
            targets: targets.clone(),
            values: received,
            rest,
        };
        let is_global = matches!(targets.first(), Some(Target::Global(_)));
        let producer = operands[1];
        let build = move |expander: &mut Expander<'_>| {
            expander.then(move |expander| {
                expander.receive_definitions(&definitions, id);
                Ok(())
            });
            expander.later(producer);
            Ok(())
        };
        let build = Code::Build(id, Box::new(build));
        if is_global {
            items.push(Item::Evaluate(build));
            return Ok(());
        }
        let packed = self.program.add_variable("values".into());
        items.push(Item::Define(Target::Local(packed), build));
        for (index, target) in targets.into_iter().enumerate() {
            let build = move |expander: &mut Expander<'_>| {
                let vector = expander.add(Expr::Local(packed), id);
                let operands = vec![vector, expander.index(index, id)];
                expander.finish(Expr::Primitive(Primitive::VectorRef, operands), id);
                Ok(())
            };
            items.push(Item::Define(target, Code::Build(id, Box::new(build))));
        }
        Ok(())
    }

    fn fresh_values(&mut self, count: usize) -> Vec<VariableId> {
        let fresh = |_| self.program.add_variable("value".into());
        (0..count).map(fresh).collect()
    }

    /// Receives the values of the producer on the stack: defines globals, or leaves a vector.
    fn receive_definitions(&mut self, definitions: &ReceivedDefinitions, at: SyntaxId) {
        let ReceivedDefinitions {
            targets,
            values,
            rest,
        } = definitions;
        let producer = self.pop();
        let body = if matches!(targets.first(), Some(Target::Global(_))) {
            self.define_all(targets, values, at)
        } else {
            let operands = self.locals(values, at);
            self.add(Expr::Primitive(Primitive::Vector, operands), at)
        };
        let required = values.len() - usize::from(rest.is_some());
        let receive = Expr::Receive {
            required: values[..required].to_vec(),
            rest: *rest,
            producer,
            body,
        };
        self.finish(receive, at);
    }

    fn define_all(&mut self, targets: &[Target], values: &[VariableId], at: SyntaxId) -> ExprId {
        let mut parts = Vec::with_capacity(values.len());
        for (target, &value) in targets.iter().zip(values) {
            if let Target::Global(variable) = target {
                let value = self.add(Expr::Local(value), at);
                parts.push(self.define_global(variable, value, at));
            }
        }
        self.sequence(parts, at)
    }

    fn scan_record(&mut self, id: SyntaxId, items: &mut Vec<Item>) -> Result<()> {
        let definition = Rc::new(self.record_definition(id)?);
        let type_target = self.define(definition.type_name, id)?;
        let names = definition.procedures.iter();
        let targets: Vec<Target> = names
            .map(|&(name, _)| self.define(name, id))
            .collect::<Result<_>>()?;
        if let Target::Global(variable) = type_target {
            let build = move |expander: &mut Expander<'_>| {
                expander.define_record(&definition, &variable, &targets);
                Ok(())
            };
            items.push(Item::Evaluate(Code::Build(id, Box::new(build))));
            return Ok(());
        }
        // The procedures keep their type even if its name is defined anew or assigned.
        let record_type = self.variable(definition.type_name);
        let at_top = self.scopes.depth() == 0;
        self.program.variables[record_type].top_level = at_top;
        let shared = Rc::clone(&definition);
        let build = move |expander: &mut Expander<'_>| {
            let value = expander.record_type(&shared);
            expander.push_value(value);
            Ok(())
        };
        let code = Code::Build(id, Box::new(build));
        items.push(Item::Define(Target::Local(record_type), code));
        let build = move |expander: &mut Expander<'_>| {
            expander.finish(Expr::Local(record_type), id);
            Ok(())
        };
        items.push(Item::Define(type_target, Code::Build(id, Box::new(build))));
        for (index, target) in targets.into_iter().enumerate() {
            let definition = Rc::clone(&definition);
            let build = move |expander: &mut Expander<'_>| {
                let record_type = Expr::Local(record_type);
                let value = expander.record_procedure(&definition, index, record_type);
                expander.push_value(value);
                Ok(())
            };
            items.push(Item::Define(target, Code::Build(id, Box::new(build))));
        }
        Ok(())
    }

    /// Defines the globals of a record type, which share the type even if its name is defined anew.
    fn define_record(
        &mut self,
        definition: &RecordDefinition,
        variable: &TopVariable,
        targets: &[Target],
    ) {
        let at = definition.at;
        let local = self.variable(definition.type_name);
        let record_type = self.record_type(definition);
        let value = self.add(Expr::Local(local), at);
        let mut parts = vec![self.define_global(variable, value, at)];
        for (index, target) in targets.iter().enumerate() {
            let value = self.record_procedure(definition, index, Expr::Local(local));
            if let Target::Global(variable) = target {
                parts.push(self.define_global(variable, value, at));
            }
        }
        let body = self.sequence(parts, at);
        self.finish(Expr::Let(vec![(local, record_type)], body), at);
    }

    /// `(define-syntax name transformer)`, or `(define-syntax (name parameter) body ...)`.
    fn scan_define_syntax(&mut self, form: CoreForm, id: SyntaxId) -> Result<()> {
        let mut operands = self.operands(id, form, 2, usize::MAX)?;
        if let Some((head, formals)) = self.syntax.as_pair(operands[0]) {
            let lambda = self.push_core(CoreForm::Lambda, id);
            let place = self.syntax.place(id);
            let null = self.syntax.push(Node::Null, place);
            let body = self.syntax.push_list(&operands[1..], null, place);
            let procedure = self.syntax.push_list(&[lambda, formals], body, place);
            operands = vec![head, procedure];
        } else if operands.len() > 2 {
            let message = format!(
                "{}: expected 2 operands, found {}",
                form.name(),
                operands.len()
            );
            return Err(self.failure(id, message));
        }
        let name = self.identifier(operands[0], form)?;
        let environment = self.environment();
        let mut denotation = self.transformer(name, operands[1], environment)?;
        if form == CoreForm::DefineSyntaxParameter {
            denotation = self.parameter_of(denotation, operands[1])?;
        }
        if self.scopes.depth() > 0 {
            self.check_undefined(name, id)?;
            self.scopes.bind(name, denotation);
        } else {
            self.keep_live_objects(operands[1]);
            self.define_top_syntax(name, denotation);
        }
        Ok(())
    }

    /// The meaning that a transformer gives a keyword: rules, or the meaning of another keyword.
    pub(crate) fn transformer(
        &mut self,
        name: Name,
        transformer: SyntaxId,
        environment: LexicalEnvironment,
    ) -> Result<Denotation> {
        let mut id = transformer;
        while let Some((head, _)) = self.syntax.as_pair(id)
            && let Some(head) = self.syntax.as_name(head)
            && let Meaning::Known(Denotation::Macro(definition)) = self.resolve(head)
        {
            id = self.expand_macro(&definition, id)?;
        }
        let mut meant = id;
        // `(begin transformer)`: what the expansion of a macro may be.
        while self.head_form(meant) == Some(CoreForm::Begin)
            && let Some(&[_, only]) = self.syntax.proper_list(meant).as_deref()
        {
            meant = only;
        }
        let id = meant;
        if let Some(keyword) = self.syntax.as_name(id)
            && let Meaning::Known(denotation @ (Denotation::Core(_) | Denotation::Macro(_))) =
                self.resolve(keyword)
        {
            return Ok(denotation);
        }
        if self.head_form(id) != Some(CoreForm::SyntaxRules) {
            return self.procedural_transformer(name, id, environment);
        }
        let auxiliaries = self.resolver().auxiliary_names(&self.syntax, id);
        let names = &mut self.registry.names;
        let rules = syntax_rules::compile(&self.syntax, names, &auxiliaries, id, &self.budget)?;
        let name = Rc::clone(self.text(name));
        let transformer = Transformer::Rules(rules);
        let body = MacroBody {
            transformer,
            environment,
        };
        Ok(Denotation::Macro(Rc::new(Macro::new(name, body))))
    }

    /// Binds a name to a new variable: of the innermost scope, or of the top level.
    pub(crate) fn define(&mut self, name: Name, at: SyntaxId) -> Result<Target> {
        if self.scopes.depth() == 0 {
            return Ok(self.define_top(name));
        }
        self.check_undefined(name, at)?;
        Ok(Target::Local(self.bind_name(name)))
    }

    /// Refuses a second definition of `name` in the innermost scope.
    fn check_undefined(&self, name: Name, at: SyntaxId) -> Result<()> {
        if self.scopes.own(name).is_none() {
            return Ok(());
        }
        let message = format!("`{}` is defined twice in one body", self.text(name));
        Err(self.failure(at, message))
    }
}

impl Item {
    pub(crate) fn split(self) -> (Option<Target>, Code) {
        match self {
            Self::Define(target, code) => (Some(target), code),
            Self::Evaluate(code) => (None, code),
        }
    }
}

impl Code {
    pub(crate) fn at(&self) -> SyntaxId {
        match self {
            Self::Expression(id) | Self::Build(id, _) | Self::Procedure { at: id, .. } => *id,
        }
    }
}
