//! Runs procedures of macros in a machine of their own.
//!
//! The machine is a [`Runtime`] that no program sees. So what a program does while it runs changes no expansion, a
//! compiler without a runtime expands the same, and a macro's procedure may call `eval`. The machine is made when a
//! macro needs it. Interrupts of the program's runtime interrupt it, too.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use compiler::checkpoint;
use compiler::compile::compile;
use compiler::core::ir::{LastExpression, Program};
use compiler::expand::{
    Evaluated, EvaluatedKind, Form, Kept, MacroError, MacroEvaluator, MacroHost,
};
use compiler::id::Id as _;
use compiler::options::{Options, Purpose, Tier};
use loader::TrustedImage;
use syntax::{Stop, Supervisor as _};
use vm::{Growth, Retention};

use crate::builder::RuntimeBuilder;
use crate::error::Error;
use crate::handle::Handle;
use crate::host_procedure::Call;
use crate::macro_form::{Answer, form_bytes, values_of};
use crate::macro_settings::MacroSettings;
use crate::runtime::Runtime;
use crate::scheme::Scheme;

/// What messages call the code of macros.
const NAME: &str = "macro";

/// The expansion that waits for a procedure, while it runs.
type Lent = Rc<RefCell<Option<Box<dyn MacroHost>>>>;

/// Runs procedures of macros in a machine.
#[derive(Debug)]
pub(crate) struct MachineEvaluator {
    settings: MacroSettings,
    machine: RefCell<Option<Machine>>,
    lent: Lent,
}

#[derive(Debug)]
struct Machine {
    runtime: Runtime,
    kept: Vec<Handle>,
}

impl MachineEvaluator {
    pub(crate) fn make(settings: MacroSettings) -> Rc<dyn MacroEvaluator> {
        Rc::new(Self {
            settings,
            machine: RefCell::default(),
            lent: Lent::default(),
        })
    }

    fn machine(&self) -> Result<Machine, Error> {
        let limits = self.settings.limits;
        let mut builder = RuntimeBuilder::default();
        if let Some(bytes) = limits.heap_bytes_max {
            builder = builder.heap_bytes_max(bytes);
        }
        if let Some(bytes) = limits.stack_bytes_max {
            builder = builder.stack_bytes_max(bytes);
        }
        if let Some(zeal) = limits.zeal {
            builder = builder.zeal(zeal);
        }
        for path in &self.settings.library_paths {
            builder = builder.library_path(path.clone());
        }
        let mut runtime = builder.tier(Tier::Bytecode).build()?;
        if let Some(interrupt) = &self.settings.interrupt {
            interrupt.also_interrupt(&runtime.gc_interrupt());
        }
        let lent = Rc::clone(&self.lent);
        runtime.enter(|scheme| {
            scheme.define_procedure("%syntax-host", move |call| answer(&lent, call))?;
            let host = scheme
                .variable("%syntax-host")
                .map(|host| scheme.handle(host))?;
            let set = scheme.global_handle("%set-syntax-host!")?;
            scheme.mutator_call(&set, &[&host])
        })?;
        runtime.enter(|scheme| scheme.mutator.take_look_outside());
        Ok(Machine {
            runtime,
            kept: Vec::new(),
        })
    }

    /// Lends `context` to the machine while `work` runs there.
    fn lending<T>(
        &self,
        context: Box<dyn MacroHost>,
        work: impl FnOnce(&mut Machine) -> Result<T, MacroError>,
    ) -> (Result<T, MacroError>, Box<dyn MacroHost>) {
        let Ok(mut machine) = self.machine.try_borrow_mut() else {
            let message = "a macro's procedure cannot be called while one runs".to_owned();
            return (Err(MacroError::Raised(message)), context);
        };
        if machine.is_none() {
            match self.machine() {
                Ok(made) => *machine = Some(made),
                Err(error) => return (Err(raised(error)), context),
            }
        }
        let machine = machine.as_mut().expect("it was made just now");
        self.lent.replace(Some(context));
        let outcome = catch_unwind(AssertUnwindSafe(|| work(machine)));
        // What procedures have printed comes before what the program prints.
        let _ = machine.runtime.flush();
        self.note_looks(machine);
        let context = self
            .lent
            .take()
            .expect("nobody but this takes what is lent");
        let outcome = outcome.unwrap_or_else(|panic| Err(of_panic(panic)));
        (outcome, context)
    }

    fn compiled(&self, program: Program) -> Result<TrustedImage<'static>, MacroError> {
        let options = Options {
            level: self.settings.options.level,
            check_facts: self.settings.options.check_facts,
            purpose: Purpose::Memory,
            ..Options::default()
        };
        let compiled = compile(program, None, &options);
        let compiled = compiled.map_err(|error| MacroError::Raised(error.to_string()))?;
        // SAFETY: the compiler has just written it.
        Ok(unsafe { TrustedImage::vouch(compiled.image) })
    }
}

/// The end of a compilation unwinds through here; anything else is a fault.
fn of_panic(panic: Box<dyn Any + Send>) -> MacroError {
    match panic.downcast::<Stop>() {
        Ok(stop) => MacroError::Stopped(*stop),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            MacroError::Fault(text.unwrap_or("no text").to_owned())
        }
    }
}

fn raised(error: Error) -> MacroError {
    match error {
        Error::Raised(raised) => MacroError::Raised(raised.report),
        Error::Interrupted { .. } => MacroError::Stopped(Stop::Interrupted),
        other => MacroError::Raised(other.with_causes()),
    }
}

impl MacroEvaluator for MachineEvaluator {
    fn evaluate(
        &self,
        mut program: Program,
        context: Box<dyn MacroHost>,
    ) -> (Result<Evaluated, MacroError>, Box<dyn MacroHost>) {
        self.lending(context, |machine| {
            program.last_expression = LastExpression::Value;
            let image = self.compiled(program)?;
            let Machine { runtime, kept } = machine;
            self.run(runtime, |scheme| {
                scheme.run_loaded(&image, NAME, (Retention::Reached, Growth::None))?;
                let value = scheme.handle(scheme.value());
                let kind = scheme.global_handle("%transformer-kind")?;
                scheme.mutator_call(&kind, &[&value])?;
                let kind = match scheme.result::<u8>()? {
                    1 => EvaluatedKind::Procedure,
                    2 => EvaluatedKind::VariableTransformer,
                    _ => {
                        let value = scheme.mutator.rooted(&value.0);
                        EvaluatedKind::Other(scheme.mutator.abridged(value))
                    }
                };
                kept.push(value);
                let value = Kept::from_index(kept.len() - 1);
                Ok(Evaluated { value, kind })
            })
        })
    }

    fn call(
        &self,
        procedure: Kept,
        form: &Form,
        context: Box<dyn MacroHost>,
    ) -> (Result<Form, MacroError>, Box<dyn MacroHost>) {
        self.lending(context, |machine| {
            let Machine { runtime, kept } = machine;
            let procedure = &kept[procedure.index()];
            let answered = self.run(runtime, |scheme| {
                let (form_value, originals) = bring(scheme, form)?;
                let call = scheme.global_handle("%call-transformer")?;
                scheme.mutator_call(&call, &[procedure, &form_value])?;
                let m = &*scheme.mutator;
                let originals = m.rooted(&originals.0);
                let mut lent = self.lent.borrow_mut();
                let context = lent.as_mut().expect("it is lent while this runs");
                Ok(Answer::new(m, form, originals, context.as_mut()).read(m.result()))
            })?;
            answered.map_err(MacroError::Raised)
        })
    }

    fn is_defined(&self, key: &str) -> Result<bool, MacroError> {
        let Ok(mut machine) = self.machine.try_borrow_mut() else {
            return Ok(false);
        };
        if machine.is_none() {
            *machine = Some(self.machine().map_err(raised)?);
        }
        let machine = machine.as_mut().expect("it was made just now");
        let is_defined = |scheme: &Scheme<'_, '_>| scheme.mutator.global(key).is_some();
        if machine.runtime.enter(|scheme| is_defined(scheme)) {
            return Ok(true);
        }
        let Some(library) = self.settings.libraries.of_key(key) else {
            return Ok(false);
        };
        let needed = [library.as_needed()];
        let outcome = self.run(&mut machine.runtime, |scheme| {
            scheme.run_needed(&self.settings.libraries, &needed)?;
            Ok(is_defined(scheme))
        });
        let _ = machine.runtime.flush();
        self.note_looks(machine);
        outcome
    }
}

impl MachineEvaluator {
    /// Tells the compiler if procedures have looked at what may be otherwise the next time.
    fn note_looks(&self, machine: &mut Machine) {
        let runtime = &mut machine.runtime;
        let has_looked = runtime.enter(|scheme| scheme.mutator.take_look_outside());
        // Also if they have evaluated forms that import libraries.
        let has_read = runtime
            .frontend()
            .is_ok_and(|frontend| frontend.files.take_asked());
        if has_looked || has_read {
            self.settings.files.note_unrepeatable();
        }
    }

    /// Runs `work`, unless an interrupt came before it.
    fn run<T>(
        &self,
        runtime: &mut Runtime,
        work: impl for<'a, 'id> FnOnce(&mut Scheme<'a, 'id>) -> Result<T, Error>,
    ) -> Result<T, MacroError> {
        let outcome = runtime.enter(|scheme| {
            scheme.begin()?;
            // An interrupt of the program's runtime that came before this call is forgotten here: it is found there.
            if checkpoint::OfThread.check().is_err() {
                return Err(Error::Interrupted {
                    backtrace: Vec::new(),
                });
            }
            work(scheme)
        });
        outcome.map_err(|error| {
            if let (Error::Interrupted { .. }, Some(interrupt)) = (&error, &self.settings.interrupt)
            {
                interrupt.take(vm::INTERRUPT_BIT);
            }
            raised(error)
        })
    }
}

/// Brings a form into the machine: the form, and a vector of all its parts.
fn bring(scheme: &mut Scheme<'_, '_>, form: &Form) -> Result<(Handle, Handle), Error> {
    let bytes = form_bytes(form);
    scheme.make_room(bytes)?;
    let m = &*scheme.mutator;
    let exhausted = || Error::HeapExhausted {
        needed_bytes: bytes,
    };
    let values = values_of(m, form).ok_or_else(exhausted)?;
    let originals = m.vector(&values).ok_or_else(exhausted)?;
    let form = *values.last().expect("a form has a node");
    Ok((Handle(m.root(form)), Handle(m.root(originals))))
}

/// Answers a question of `(cozen syntax)` in the library: an operation, and its operands. `#f` if nothing is expanded,
/// or an operand is wrong.
fn answer(lent: &Lent, call: &mut Call<'_, '_>) -> Result<(), Error> {
    let mut lent = lent.borrow_mut();
    let Some(context) = lent.as_mut() else {
        return call.give(false);
    };
    let operation: String = call.argument(0)?;
    let number = |call: &Call<'_, '_>, index| call.argument::<u32>(index);
    let name = match operation.as_str() {
        "rename" => {
            let (name, top, depth) = (number(call, 1)?, number(call, 2)?, number(call, 3)?);
            context.rename(name, Some((top, depth)))
        }
        "rename-here" => context.rename(number(call, 1)?, None),
        "symbol" => Some(context.symbol(&call.argument::<String>(1)?)),
        "in-context" => context.in_context_of(number(call, 1)?, &call.argument::<String>(2)?),
        "fresh" => Some(context.fresh(&call.argument::<String>(1)?)),
        "same?" => {
            let is_same = context.is_same(number(call, 1)?, number(call, 2)?);
            return call.give(is_same.unwrap_or(false));
        }
        "literal?" => {
            let environment = (number(call, 3)?, number(call, 4)?);
            let is_literal = context.is_literal(number(call, 1)?, number(call, 2)?, environment);
            return call.give(is_literal.unwrap_or(false));
        }
        _ => None,
    };
    match name {
        Some(name) => call.give(name),
        None => call.give(false),
    }
}
