//! Units: a program, the forms of an evaluation, or libraries, from text to Core.

use crate::id_map::IdMap;
use std::rc::Rc;

use syntax::{Data, DatumId, Span};

use super::body::Item;
use super::denotation::{CoreForm, Denotation, Mutability};
use super::environments::EnvironmentId;
use super::expanded_item::ExpandedItem;
use super::expander::Expander;
use super::failure::{Failure, Result};
use super::in_turn::Turn;
use super::include::ReadText;
use super::name::TopId;
use super::registry::LibraryRegistry;
use super::resolver::Meaning;
use super::source::{FormOrder, SourceText};
use super::syntax::{FileSpan, Node, SyntaxId};
use super::top_environment::TopKind;
use super::write_interface::{Unwritable, write_interface};
use crate::compile::EXPAND;
use crate::core::ir::{Expr, Program};
use crate::diagnostic::Diagnostic;
use crate::id::Id;
use crate::internal_error;
use crate::memory;

/// What a form is called that has no text.
pub(super) const EVAL: &str = "eval";

/// How many mistakes are reported at most.
const DIAGNOSTICS_MAX: usize = 20;

/// Expands a program: a text that begins with `(import …)`, or with libraries.
///
/// Other texts are the forms of an interaction, as by [`expand_text`] in
/// [`EnvironmentId::INTERACTION`].
///
/// # Errors
///
/// What is wrong with the text: unbound names, if they are refused, and at most one other mistake for each form at
/// top level.
pub fn expand_program(registry: &mut LibraryRegistry, source: &SourceText) -> Outcome {
    guarded(registry, &source.name, |registry| {
        program_unguarded(registry, source)
    })
}

fn program_unguarded(registry: &mut LibraryRegistry, source: &SourceText) -> Outcome {
    let tops = registry.top_count();
    let aliases = registry.names.alias_count();
    let macros = registry.interfaces.loaded_count();
    let top = registry.add_top(TopKind::Program);
    let mut expander = Expander::new(registry, top);
    let mut text = expander.read_text(source.clone(), 0);
    if let Some(failure) = text.mistake.take() {
        return Err(vec![expander.sources.diagnostic(failure)]);
    }
    let forms = &text.forms;
    let is_program = forms.first().is_some_and(|&form| {
        expander.is_form_named(form, CoreForm::Import.name())
            || expander.is_form_named(form, CoreForm::DefineLibrary.name())
    });
    if is_program {
        let mut failures = Vec::new();
        expander.program_forms(forms, &mut failures);
        let persists = expander.persists || expander.registry.interfaces.loaded_count() != macros;
        let outcome = expander.outcome(failures);
        if !persists {
            registry.truncate_tops(tops);
            registry.names.truncate_aliases(aliases);
        }
        outcome
    } else {
        expander.registry.set_compiled_libraries(None);
        expander.registry.truncate_tops(tops);
        let mut turn = Turn::new(source.order, true);
        expander.interact(EnvironmentId::INTERACTION, text, &mut turn)
    }
}

/// What `expand` answers. A panic of it goes no further; after one, and after a mistake, the registry is as
/// if no library had been begun.
pub(super) fn guarded<T>(
    registry: &mut LibraryRegistry,
    name: &str,
    expand: impl FnOnce(&mut LibraryRegistry) -> std::result::Result<T, Vec<Diagnostic>>,
) -> std::result::Result<T, Vec<Diagnostic>> {
    registry.begin_unit();
    let expanded = internal_error::guard(|| EXPAND, || expand(registry));
    let expanded = expanded.unwrap_or_else(|error| {
        let fault = Diagnostic::without_place(error.to_string(), Vec::new());
        Err(vec![Diagnostic {
            file: name.into(),
            ..fault
        }])
    });
    if expanded.is_err() {
        registry.forget_last_unit();
    }
    expanded
}

/// What an expansion answers.
pub type Outcome = std::result::Result<Program, Vec<Diagnostic>>;

/// Expands all forms of a text in an environment, one after the other. The value of the unit is that
/// of the last form. If the text is evaluated [in turn](SourceText::in_turn), the unit may end before it, and goes on
/// with the rest then.
///
/// # Errors
///
/// What is wrong with the text, at most one mistake for each form.
pub fn expand_text(
    registry: &mut LibraryRegistry,
    environment: EnvironmentId,
    source: &SourceText,
) -> Outcome {
    expand_turn(registry, environment, source, true).map(|(program, _)| program)
}

/// As [`expand_text`], but the unit does not go on with the rest. Also answers how many forms are in the unit.
///
/// # Errors
///
/// As there.
pub fn expand_first_forms(
    registry: &mut LibraryRegistry,
    source: &SourceText,
) -> std::result::Result<(Program, usize), Vec<Diagnostic>> {
    expand_turn(registry, EnvironmentId::INTERACTION, source, false)
}

fn expand_turn(
    registry: &mut LibraryRegistry,
    environment: EnvironmentId,
    source: &SourceText,
    goes_on: bool,
) -> std::result::Result<(Program, usize), Vec<Diagnostic>> {
    let mut turn = Turn::new(source.order, goes_on);
    loop {
        let outcome = guarded(registry, &source.name, |registry| {
            let mut expander = Expander::new(registry, TopId::FIRST);
            let text = expander.read_text(source.clone(), 0);
            expander.interact(environment, text, &mut turn)
        });
        match turn.forms_before_mistake.take() {
            // The forms before it are expanded anew, without traces of what comes behind them.
            Some(forms) if outcome.is_err() => turn.forms_max = forms,
            _ => return outcome.map(|program| (program, turn.forms)),
        }
    }
}

/// Expands a form in an environment.
///
/// # Errors
///
/// What is wrong with it.
pub fn expand_form(
    registry: &mut LibraryRegistry,
    environment: EnvironmentId,
    data: &Data,
    form: DatumId,
) -> Outcome {
    guarded(registry, EVAL, |registry| {
        let (symbols, changes) = (registry.names.symbol_count(), registry.changes);
        let mut expander = Expander::new(registry, TopId::FIRST);
        let form = expander.take_in(data, &[form])[0];
        memory::take_all(data.len(), memory::DATUM_BYTES);
        expander.budget.extend(data.len());
        let text = ReadText::of_datum(form);
        let mut turn = Turn::new(FormOrder::Together, false);
        let outcome = expander.interact(environment, text, &mut turn);
        if registry.changes == changes {
            // Only the unit has used the names that it brought.
            registry.names.truncate_symbols(symbols);
        }
        outcome
    })
}

/// Expands libraries, given as the texts of files in any order, to be compiled into one image.
///
/// Their names are those of the runtime itself: the key of a global is the plain name where no other
/// of them defines it. Answers the unit and the interface, from which
/// [`LibraryRegistry::from_interface`] knows the libraries again. The unit also defines the
/// primitives as procedures.
///
/// # Errors
///
/// What is wrong with the texts.
pub fn expand_libraries(
    registry: &mut LibraryRegistry,
    files: &[SourceText],
) -> std::result::Result<(Program, Vec<u8>), Vec<Diagnostic>> {
    let top = registry.add_top(TopKind::Program);
    registry.is_boot = true;
    let mut expander = Expander::new(registry, top);
    let mut failures = Vec::new();
    let mut names = Vec::new();
    for file in files {
        match expander.declare_file(file) {
            Ok(declared) => names.extend(declared),
            Err(failure) => failures.push(failure),
        }
    }
    for (name, form) in &names {
        if failures.is_empty()
            && expander.declared.remove(name).is_some()
            && let Err(failure) = expander.expand_library(name, *form)
        {
            failures.push(failure);
        }
    }
    expander.define_primitives();
    let outcome = expander.outcome(failures);
    registry.is_boot = false;
    let program = outcome?;
    let libraries: Vec<Rc<str>> = names.into_iter().map(|(name, _)| name).collect();
    let interface = write_interface(registry, &libraries, &program);
    let interface = interface.map_err(|Unwritable(reason)| {
        let message = format!("the library has no interface: {reason}");
        vec![Diagnostic::without_place(message, Vec::new())]
    })?;
    Ok((program, interface))
}

impl Expander<'_> {
    /// Takes in forms that have no text.
    pub(crate) fn take_in(&mut self, data: &Data, forms: &[DatumId]) -> Vec<SyntaxId> {
        let file = self.sources.add(SourceText::new(EVAL, ""), 0);
        let names = &mut self.registry.names;
        self.syntax.import_all(names, data, forms, file)
    }

    pub(super) fn declare_file(&mut self, file: &SourceText) -> Result<Vec<(Rc<str>, SyntaxId)>> {
        let forms = self.read_source(file.clone(), 0)?;
        let others = self.declare_libraries(&forms)?;
        if let Some(&other) = others.first() {
            return Err(self.failure(other, "expected a define-library form"));
        }
        let mut declared = Vec::with_capacity(forms.len());
        for form in forms {
            let operands = self.operands(form, CoreForm::DefineLibrary, 1, usize::MAX)?;
            declared.push((self.library_name(operands[0])?, form));
        }
        Ok(declared)
    }

    fn program_forms(&mut self, forms: &[SyntaxId], failures: &mut Vec<Failure>) {
        let others = match self.declare_libraries(forms) {
            Ok(others) => others,
            Err(failure) => {
                failures.push(failure);
                return;
            }
        };
        if !self.declared.is_empty() {
            // Libraries of files that import these would become others.
            self.registry.set_compiled_libraries(None);
        }
        let mut items = Vec::new();
        let mut epochs = Vec::new();
        let mut pending = others;
        pending.reverse();
        while let Some(form) = pending.pop() {
            if let Err(failure) = self.visit(form) {
                failures.push(failure);
                return;
            }
            // Imports are recognised before anything is imported, and so are the forms that may contain them.
            if self.is_unbound_or(form, CoreForm::Begin) {
                match self.operands(form, CoreForm::Begin, 0, usize::MAX) {
                    Ok(forms) => pending.extend(forms.into_iter().rev()),
                    Err(failure) => failures.push(failure),
                }
            } else if self.is_unbound_or(form, CoreForm::CondExpand) {
                match self.cond_expand_clause(form) {
                    Ok(forms) => pending.extend(forms.into_iter().rev()),
                    Err(failure) => failures.push(failure),
                }
            } else if self.is_form_named(form, CoreForm::Import.name()) {
                if let Err(failure) = self.import_form(form) {
                    // What it should bind would be missing everywhere.
                    failures.push(failure);
                    return;
                }
            } else {
                failures.extend(self.scan(vec![form], &mut items).err());
                epochs.resize(items.len(), self.registry.top(self.top).last_epoch());
            }
        }
        for (item, epoch) in items.into_iter().zip(epochs) {
            if failures.len() >= DIAGNOSTICS_MAX {
                return;
            }
            self.registry.top_mut(self.top).set_epoch(epoch);
            failures.extend(self.run_items(vec![item]).err());
        }
    }

    /// Whether `form` begins with the name of `core`, which means `core` or nothing yet.
    fn is_unbound_or(&self, form: SyntaxId, core: CoreForm) -> bool {
        if !self.is_form_named(form, core.name()) {
            return false;
        }
        let head = self.syntax.as_pair(form).map(|(head, _)| head);
        let head = head.and_then(|head| self.syntax.as_name(head));
        match head.map(|head| self.resolve(head)) {
            Some(Meaning::Known(Denotation::Core(form))) => form == core,
            Some(Meaning::Unbound(..)) => true,
            _ => false,
        }
    }

    /// Expands as many forms of a text as share a unit.
    fn interact(
        mut self,
        environment: EnvironmentId,
        mut text: ReadText,
        turn: &mut Turn,
    ) -> Outcome {
        if environment == EnvironmentId::INTERACTION {
            self.registry.prepare_interaction();
        }
        let Some(top) = self.registry.environment_top(environment) else {
            let message = format!("there is no environment {}", environment.number());
            let failure = Failure::new(FileSpan::default(), message);
            return self.outcome(vec![failure]);
        };
        self.top = top;
        if environment != EnvironmentId::INTERACTION {
            // Forms behind others know what these define there: nothing.
            turn.order = FormOrder::Together;
        }
        let is_mistaken = text.mistake.is_some();
        if is_mistaken && !turn.is_mistaken(text.forms.len()) {
            let failure = text.mistake.take();
            return self.outcome(failure.into_iter().collect());
        }
        turn.forms_before_mistake = None;
        let aliases = self.registry.names.alias_count();
        let macros = self.registry.interfaces.loaded_count();
        let mut failures = Vec::new();
        match self.declare_libraries(&text.forms) {
            Ok(others) => {
                failures.extend(self.expand_declared(&text.forms).err());
                if environment == EnvironmentId::INTERACTION {
                    self.note_defined_names(&others);
                }
                self.expand_forms(&text, turn, &mut failures);
            }
            Err(failure) => failures.push(failure),
        }
        if !self.persists && self.registry.interfaces.loaded_count() == macros {
            self.registry.names.truncate_aliases(aliases);
        }
        self.outcome(failures)
    }

    /// Expands the forms of a text that are no libraries, up to the end of the unit.
    fn expand_forms(&mut self, text: &ReadText, turn: &mut Turn, failures: &mut Vec<Failure>) {
        turn.forms = text.forms.len();
        for (index, &form) in text.forms.iter().enumerate() {
            if failures.len() >= DIAGNOSTICS_MAX {
                return;
            }
            if self.is_form_named(form, CoreForm::DefineLibrary.name()) {
                continue;
            }
            let first_item = self.items.len();
            let mut items = Vec::new();
            let scanned = self.scan(vec![form], &mut items);
            if let Err(failure) = scanned.and_then(|()| self.run_items(items)) {
                failures.push(failure);
                if turn.is_mistaken(index) {
                    return;
                }
                continue;
            }
            if self.ends_turn(turn, index + 1, first_item) {
                turn.forms = index + 1;
                break;
            }
        }
        let is_all = turn.forms == text.forms.len() && text.mistake.is_none();
        if !is_all && turn.goes_on && failures.is_empty() {
            let next = text.forms.get(turn.forms).or(text.forms.last());
            if let Some(&at) = next {
                self.evaluate_rest(text, turn.forms, at);
            }
        }
    }

    /// Expands the libraries that `forms` define: later texts may import them.
    fn expand_declared(&mut self, forms: &[SyntaxId]) -> Result<()> {
        for &form in forms {
            let is_declared = |&(_, &declared): &(&Rc<str>, &SyntaxId)| declared == form;
            let found = self.declared.iter().find(is_declared);
            if let Some((name, _)) = found.map(|(name, &form)| (Rc::clone(name), form)) {
                self.declared.remove(&name);
                self.expand_library(&name, form)?;
            }
        }
        Ok(())
    }

    /// Expands items at top level into the unit's items.
    pub(crate) fn run_items(&mut self, items: Vec<Item>) -> Result<()> {
        for item in items {
            let (target, code) = item.split();
            let at = code.at();
            self.then(move |expander| expander.code(code));
            self.run()?;
            let value = self.pop();
            self.items.push(ExpandedItem { target, value, at });
        }
        Ok(())
    }

    /// Puts the unit together.
    pub(super) fn outcome(mut self, mut failures: Vec<Failure>) -> Outcome {
        failures.append(&mut self.refusals);
        failures.sort_by_key(|failure| failure.place().order());
        failures.truncate(DIAGNOSTICS_MAX);
        if !failures.is_empty() {
            let diagnose = |failure: Failure| self.sources.diagnostic(failure);
            return Err(failures.into_iter().map(diagnose).collect());
        }
        let start = FileSpan {
            file: 0,
            span: Span::default(),
        };
        let at = self.syntax.push(Node::Null, start);
        let mut items = std::mem::take(&mut self.first_items);
        items.append(&mut self.items);
        let body = self.join(items, at);
        self.program.body = Some(body);
        self.assign_exported();
        self.program.files = self.sources.names();
        self.program.texts = self.sources.texts();
        self.count_unbound_names();
        let warnings = std::mem::take(&mut self.warnings).into_iter();
        self.program.warnings = warnings
            .map(|warning| self.sources.diagnostic(warning))
            .collect();
        Ok(self.program)
    }

    /// Adds to the warnings of unbound names how often the names stand elsewhere.
    fn count_unbound_names(&mut self) {
        for name in std::mem::take(&mut self.unbound).into_values() {
            let warning = &mut self.warnings[name.warning_index];
            match name.further_places {
                0 => {}
                1 => warning.add_note("it is also mentioned at another place"),
                count => warning.add_note(format!("it is also mentioned at {count} other places")),
            }
        }
    }

    /// Makes globals of exported variables that are assigned, so that all units see assignments.
    fn assign_exported(&mut self) {
        let exported = std::mem::take(&mut self.exported);
        let mut globals = IdMap::default();
        let mut keep = Vec::new();
        for (variable, top, reference) in exported {
            if self.program.variable(variable).assigned || !top.is_immutable() {
                let global = self.global(top.key(), Mutability::Mutable);
                globals.insert(variable, global);
                keep.push((reference, Expr::Local(variable)));
            }
        }
        if globals.is_empty() {
            return;
        }
        self.program.refer_to_globals(&globals);
        for (reference, expr) in keep {
            self.program.replace(reference, expr);
        }
        for (id, variable) in self.program.variables.entries_mut() {
            if globals.contains_key(&id) {
                variable.assigned = false;
            }
        }
    }
}
