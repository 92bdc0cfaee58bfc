//! A runtime that is entered: evaluates, calls and defines.

#[cfg(feature = "compiler")]
use std::cell::RefMut;

#[cfg(feature = "compiler")]
use compiler::core::ir::LastExpression;
#[cfg(feature = "compiler")]
use compiler::expand::{LetterCase, SourceText};
use gc::ImageId;
use loader::{LinkedBytes, TrustedImage};
use syntax::Stop;
use vm::{Growth, LinkRefusal, LostOutput, Mutator, Retention, VmError};

use crate::convert::{FromScheme, IntoScheme, convert};
#[cfg(feature = "compiler")]
use crate::entered_form::EnteredForm;
use crate::error::{BacktraceFrame, Error, Raised, TextError};
#[cfg(feature = "compiler")]
use crate::frontend::{Frontend, FrontendCell};
use crate::handle::Handle;
use crate::value::Value;

/// A runtime, entered. `'id` is the brand of its heap.
#[derive(Debug)]
pub struct Scheme<'a, 'id> {
    pub(crate) mutator: &'a mut Mutator<'id>,
    /// The compiler, if the runtime has one.
    #[cfg(feature = "compiler")]
    pub(crate) frontend: Option<FrontendCell>,
}

impl<'id> Scheme<'_, 'id> {
    // Running

    /// Evaluates all forms of `text` in the interaction environment; the last one's value.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`], [`Error::Raised`], [`Error::Exit`], [`Error::Interrupted`], [`Error::Conversion`],
    /// [`Error::Broken`]; inside a host procedure also [`Error::Escape`].
    #[cfg(feature = "compiler")]
    pub fn evaluate<T: FromScheme>(&mut self, text: &str) -> Result<T, Error> {
        self.run_text(text, "eval")?;
        self.result()
    }

    /// Evaluates all forms of `text`, which messages call `name`; [`Self::value`] is the last one's
    /// value.
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`].
    #[cfg(feature = "compiler")]
    pub fn run_text(&mut self, text: &str, name: &str) -> Result<(), Error> {
        self.run_forms(&SourceText::new(name, text), LastExpression::Value)
    }

    /// As [`Self::run_text`], but [`Self::value`] is the list of all values of the last form. (A continuation of an
    /// earlier run for one value makes that run's value the result: not a list, perhaps.)
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`].
    #[cfg(feature = "compiler")]
    pub fn run_text_for_values(&mut self, text: &str, name: &str) -> Result<(), Error> {
        self.run_forms(&SourceText::new(name, text), LastExpression::Values)
    }

    /// As [`Self::run_text_for_values`], for a form that was entered at a prompt.
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`].
    #[cfg(feature = "compiler")]
    pub fn run_form_for_values(&mut self, form: &EnteredForm, name: &str) -> Result<(), Error> {
        let case = if form.folds_case {
            LetterCase::Folded
        } else {
            LetterCase::Kept
        };
        let source = SourceText::new(name, &form.text).with_case(case);
        self.run_forms(&source, LastExpression::Values)
    }

    /// The compiler.
    ///
    /// # Errors
    ///
    /// [`Error::NoCompiler`].
    #[cfg(feature = "compiler")]
    pub(crate) fn frontend(&self) -> Result<RefMut<'_, Frontend>, Error> {
        let frontend = self.frontend.as_ref().ok_or(Error::NoCompiler)?;
        Ok(frontend.borrow_mut())
    }

    #[cfg(feature = "compiler")]
    fn run_forms(&mut self, source: &SourceText, last: LastExpression) -> Result<(), Error> {
        self.begin()?;
        self.settle_libraries();
        let image = self.with_memory(|frontend, memory_bytes| {
            frontend.compile_forms(source, last, memory_bytes)
        })?;
        self.load_entry(&image, &source.name, (Retention::Reached, Growth::None))?;
        self.run_entry_behind(&[])
    }

    /// Compiles with as much memory as the heap's limit leaves: as it is, and once more after a full collection.
    #[cfg(feature = "compiler")]
    pub(crate) fn with_memory<T>(
        &mut self,
        compile: impl Fn(&mut Frontend, usize) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let left_bytes = self.mutator.chargeable_bytes();
        let compiled = compile(&mut *self.frontend()?, left_bytes);
        if !matches!(compiled, Err(Error::CompilationExhausted { .. })) {
            return compiled;
        }
        self.collect();
        match self.mutator.chargeable_bytes() {
            more_bytes if more_bytes > left_bytes => compile(&mut *self.frontend()?, more_bytes),
            _ => compiled,
        }
    }

    /// Tells the compiler which bodies of libraries have run to their end, and the machine which globals no image to
    /// come refers to.
    #[cfg(feature = "compiler")]
    pub(crate) fn settle_libraries(&self) {
        let Ok(mut frontend) = self.frontend() else {
            return;
        };
        self.mutator
            .settle_libraries(|is_defined| frontend.settle_libraries(is_defined));
    }

    /// Loads an image and runs its entry; [`Self::value`] is what it returns. Pages that the image's file was read into
    /// ([`read_image`](crate::read_image)) become those of the program if the image is given away.
    ///
    /// # Errors
    ///
    /// [`Error::Load`]; else as [`Self::evaluate`].
    pub fn run_image<'file>(
        &mut self,
        image: impl Into<TrustedImage<'file>>,
        name: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        self.begin()?;
        let image = image.into();
        #[cfg(feature = "compiler")]
        return self.run_with_libraries(image, name, retention);
        #[cfg(not(feature = "compiler"))]
        self.run_loaded(image, name, (retention, Growth::None))
            .map(drop)
    }

    /// As [`Self::run_image`], for an image whose native part was made before: the program calls native code from its
    /// first poll on. A runtime without [`Jit`](crate::Jit) runs the image as bytecode, and so does one that refuses
    /// the part ([`Self::native_links`]).
    ///
    /// # Errors
    ///
    /// As [`Self::run_image`].
    #[cfg(feature = "compiler")]
    pub fn run_image_with_part<'file>(
        &mut self,
        image: impl Into<TrustedImage<'file>>,
        part: TrustedImage<'static>,
        name: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        self.begin()?;
        self.frontend()?.set_native_part(part);
        self.run_with_libraries(image, name, retention)
    }

    /// Loads an image, and runs its entry.
    pub(crate) fn run_loaded<'file>(
        &mut self,
        image: impl Into<TrustedImage<'file>>,
        name: &str,
        (retention, growth): (Retention, Growth),
    ) -> Result<ImageId, Error> {
        let id = self.load_entry(image, name, (retention, growth))?;
        let done = self.mutator.apply(|mutator| (mutator.result(), Vec::new()));
        self.outcome(done)?;
        Ok(id)
    }

    /// Loads an image; [`Self::value`] is its entry.
    pub(crate) fn load_entry<'file>(
        &mut self,
        image: impl Into<TrustedImage<'file>>,
        name: &str,
        (retention, growth): (Retention, Growth),
    ) -> Result<ImageId, Error> {
        let loaded = self.mutator.load_image(image, name, retention, growth);
        let id = loaded.map_err(|error| Error::Load {
            name: name.to_owned(),
            error,
        })?;
        #[cfg(feature = "compiler")]
        if growth == Growth::NativeParts {
            let memory_bytes = self.mutator.chargeable_bytes();
            self.frontend()?.make_native_code(id, memory_bytes);
        }
        Ok(id)
    }

    /// Calls `procedure` with `arguments`; its value.
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`]; also [`Error::ForeignHandle`] and, for the arguments, [`Error::HeapExhausted`].
    pub fn call<T: FromScheme>(
        &mut self,
        procedure: &Handle,
        arguments: &[&dyn IntoScheme],
    ) -> Result<T, Error> {
        self.begin()?;
        if !self.mutator.owns(&procedure.0) {
            return Err(Error::ForeignHandle);
        }
        let bytes = arguments.iter().map(|argument| argument.heap_bytes());
        self.make_room(bytes.fold(0, usize::saturating_add))?;
        let done = self.mutator.apply(|mutator| {
            let arguments = arguments.iter().map(|argument| argument.to_value(mutator));
            (mutator.rooted(&procedure.0), arguments.collect())
        });
        self.outcome(done)?;
        self.result()
    }

    /// Calls a procedure on values: `operands` answers both. [`Self::value`] is what it returns.
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`].
    pub fn apply(
        &mut self,
        operands: impl for<'m> FnOnce(&'m Heap<'id>) -> (Value<'m, 'id>, Vec<Value<'m, 'id>>),
    ) -> Result<(), Error> {
        self.begin()?;
        let done = self.mutator.apply(|mutator| {
            let (procedure, arguments) = operands(Heap::of(mutator));
            (
                procedure.inner(),
                arguments.into_iter().map(Value::inner).collect(),
            )
        });
        self.outcome(done)
    }

    /// Makes room for values of the embedder that take so many bytes.
    pub(crate) fn make_room(&mut self, bytes: usize) -> Result<(), Error> {
        let room = self.mutator.make_room(bytes);
        room.map_err(|exhausted| Error::HeapExhausted {
            needed_bytes: exhausted.needed_bytes,
        })
    }

    /// Begins a call. What interrupts a runtime while nothing runs is no interrupt of what runs next.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        self.check_sound()?;
        if !self.mutator.is_running() {
            self.mutator.forget_interrupt();
        }
        Ok(())
    }

    /// Whether anything may run, and any value be handed out.
    pub(crate) fn check_sound(&self) -> Result<(), Error> {
        if self.mutator.is_broken() {
            return Err(Error::Broken);
        }
        Ok(())
    }

    pub(crate) fn outcome(&mut self, done: Result<(), VmError>) -> Result<(), Error> {
        match done {
            Ok(()) => Ok(()),
            Err(VmError::Exit(status)) => Err(Error::Exit(status)),
            Err(VmError::Interrupted { places }) => {
                let backtrace = places.into_iter().map(BacktraceFrame::from).collect();
                Err(Error::Interrupted { backtrace })
            }
            Err(VmError::Escape) => Err(Error::Escape),
            Err(VmError::Broken) => Err(Error::Broken),
            Err(VmError::Uncaught { object, places }) => Err(self.raised(Handle(object), places)),
            Err(VmError::Failed { message, places }) => Err(Error::Raised(Box::new(Raised {
                object: Handle(self.mutator.root(self.mutator.string(&message))),
                report: message,
                backtrace: places.into_iter().map(BacktraceFrame::from).collect(),
                text: None,
                kind: None,
            }))),
        }
    }

    fn raised(&mut self, object: Handle, places: Vec<vm::SourcePlace>) -> Error {
        let report = self.ask_library("%condition-report", &object);
        let text = if report {
            self.mutator.text(self.mutator.result())
        } else {
            None
        };
        let report = text.unwrap_or_else(|| self.mutator.abridged(self.mutator.rooted(&object.0)));
        let kind = if self.ask_library("%condition-kind", &object) {
            self.mutator.text(self.mutator.result())
        } else {
            None
        };
        // A condition knows where it was made; any other object was raised where the run ended.
        let places = if kind.is_some() && self.ask_library("%condition-places", &object) {
            self.places_in_result()
        } else {
            places
        };
        let backtrace = places.into_iter().map(BacktraceFrame::from).collect();
        let text = if self.ask_library("%condition-text", &object) {
            self.places_in_result().into_iter().next()
        } else {
            None
        };
        Error::Raised(Box::new(Raised {
            report,
            object,
            backtrace,
            text: text.map(TextError::from),
            kind,
        }))
    }

    pub(crate) fn global_handle(&self, key: &str) -> Result<Handle, Error> {
        let value = self.mutator.global(key);
        value
            .map(|value| Handle(self.mutator.root(value)))
            .ok_or_else(|| Error::Unbound(key.to_owned()))
    }

    /// Calls a procedure on values that handles keep, within a call that has begun.
    #[cfg(feature = "compiler")]
    pub(crate) fn mutator_call(
        &mut self,
        procedure: &Handle,
        arguments: &[&Handle],
    ) -> Result<(), Error> {
        let done = self.mutator.apply(|mutator| {
            let arguments = arguments.iter().map(|argument| mutator.rooted(&argument.0));
            (mutator.rooted(&procedure.0), arguments.collect())
        });
        self.outcome(done)
    }

    /// Calls a procedure of the library on a raised object; whether there was an answer.
    fn ask_library(&mut self, procedure: &str, object: &Handle) -> bool {
        let Ok(procedure) = self.global_handle(procedure) else {
            return false;
        };
        self.mutator
            .apply(|mutator| {
                (
                    mutator.rooted(&procedure.0),
                    vec![mutator.rooted(&object.0)],
                )
            })
            .is_ok()
    }

    /// The last result, a list of lists (name file line column), as places.
    fn places_in_result(&self) -> Vec<vm::SourcePlace> {
        let mutator = &*self.mutator;
        let place = |entry| {
            let mut fields = mutator.elements(entry);
            let mut text = || fields.next().and_then(|field| mutator.text(field));
            let (name, file) = (text(), text());
            let mut number = || {
                let number = fields.next().and_then(vm::Value::as_fixnum);
                number
                    .and_then(|number| u32::try_from(number).ok())
                    .unwrap_or_default()
            };
            vm::SourcePlace {
                name,
                file,
                line: number(),
                column: number(),
            }
        };
        mutator.elements(mutator.result()).map(place).collect()
    }

    // Values

    /// What the last run returned.
    ///
    /// # Panics
    ///
    /// If the runtime is broken: see [`Runtime::enter`](crate::Runtime::enter). So do the other methods
    /// without a result.
    pub fn value(&self) -> Value<'_, 'id> {
        Value::new(self.mutator.result())
    }

    /// What the last run returned, as a Rust type.
    ///
    /// # Errors
    ///
    /// [`Error::Conversion`], [`Error::Broken`].
    pub fn result<T: FromScheme>(&self) -> Result<T, Error> {
        self.check_sound()?;
        convert(self.mutator, self.mutator.result())
    }

    /// The heap: what makes values and looks into them.
    ///
    /// # Panics
    ///
    /// If the runtime is broken.
    pub fn heap(&self) -> &Heap<'id> {
        assert!(!self.mutator.is_broken(), "{}", Error::Broken);
        Heap::of(self.mutator)
    }

    /// Keeps `value` across runs.
    pub fn handle(&self, value: Value<'_, 'id>) -> Handle {
        Handle(self.mutator.root(value.inner()))
    }

    /// The value that a handle keeps.
    ///
    /// # Errors
    ///
    /// [`Error::ForeignHandle`], [`Error::Broken`].
    pub fn value_of(&self, handle: &Handle) -> Result<Value<'_, 'id>, Error> {
        self.check_sound()?;
        if !self.mutator.owns(&handle.0) {
            return Err(Error::ForeignHandle);
        }
        Ok(Value::new(self.mutator.rooted(&handle.0)))
    }

    /// The value of a variable of the interaction environment.
    ///
    /// # Errors
    ///
    /// [`Error::Unbound`], [`Error::Broken`], [`Error::NoCompiler`].
    #[cfg(feature = "compiler")]
    pub fn variable(&self, name: &str) -> Result<Value<'_, 'id>, Error> {
        self.check_sound()?;
        let key = self.frontend()?.global_key(name);
        key.and_then(|key| self.mutator.global(&key))
            .map(Value::new)
            .ok_or_else(|| Error::Unbound(name.to_owned()))
    }

    /// Collects all garbage.
    ///
    /// # Panics
    ///
    /// If the runtime is broken.
    pub fn collect(&mut self) {
        self.mutator.collect_now();
    }

    /// What became of the native code that was made for programs while they ran ([`Jit`](crate::Jit)), and of that of
    /// the library: in the order in which it was linked, or refused. A program whose code is refused stays bytecode.
    pub fn native_links(&self) -> &[Result<LinkedBytes, LinkRefusal>] {
        self.mutator.native_links()
    }

    /// How many frames have gone on natively in a loop that they had begun as bytecode.
    pub fn entered_loops(&self) -> u64 {
        self.mutator.entered_loops()
    }

    /// What the collector did so far.
    pub fn statistics(&self) -> gc::Statistics {
        self.mutator.statistics()
    }

    /// Writes those of the values that the last run returned in a list that are not unspecified to standard output,
    /// each on a line of its own.
    ///
    /// # Errors
    ///
    /// As [`Self::evaluate`].
    pub fn print_values(&mut self) -> Result<(), Error> {
        let printer = self.global_handle("%print-values")?;
        let values = self.handle(self.value());
        self.begin()?;
        let done = self.mutator.apply(|mutator| {
            let values = mutator.rooted(&values.0);
            (mutator.rooted(&printer.0), vec![values])
        });
        self.outcome(done)
    }

    /// Writes out what ports still hold back.
    ///
    /// # Errors
    ///
    /// [`Error::Output`]: for the first port whose output is lost. [`Error::Broken`].
    pub fn flush(&mut self) -> Result<(), Error> {
        self.check_sound()?;
        let flushed = self.mutator.flush_all();
        flushed.map_err(|LostOutput { port, error }| Error::Output { port, error })
    }
}

/// A heap, borrowed: makes values and looks into them. Nothing moves meanwhile.
#[derive(Debug)]
#[repr(transparent)]
pub struct Heap<'id>(Mutator<'id>);

impl<'id> Heap<'id> {
    pub(crate) const fn of<'m>(mutator: &'m Mutator<'id>) -> &'m Self {
        let mutator: *const Mutator<'id> = mutator;
        // SAFETY: a transparent wrapper; the reference lives as long.
        unsafe { &*mutator.cast::<Self>() }
    }

    /// A value of a Rust value.
    pub fn make<'m>(&'m self, value: &(impl IntoScheme + ?Sized)) -> Value<'m, 'id> {
        Value::new(value.to_value(&self.0))
    }

    /// A Rust value of a value.
    ///
    /// # Errors
    ///
    /// [`Error::Conversion`].
    pub fn read<T: FromScheme>(&self, value: Value<'_, 'id>) -> Result<T, Error> {
        convert(&self.0, value.inner())
    }

    /// A pair.
    pub fn cons<'m>(&'m self, car: Value<'m, 'id>, cdr: Value<'m, 'id>) -> Value<'m, 'id> {
        Value::new(self.0.cons(car.inner(), cdr.inner()))
    }

    /// The car and the cdr of a pair; `None` for other values.
    pub fn pair<'m>(&'m self, value: Value<'m, 'id>) -> Option<(Value<'m, 'id>, Value<'m, 'id>)> {
        let (car, cdr) = self.0.pair(value.inner())?;
        Some((Value::new(car), Value::new(cdr)))
    }

    /// The empty list.
    #[expect(clippy::unused_self, reason = "it ties the value to this heap's brand")]
    pub const fn null(&self) -> Value<'_, 'id> {
        Value::new(vm::Value::NULL)
    }

    /// The symbol with this name.
    pub fn symbol(&self, name: &str) -> Value<'_, 'id> {
        Value::new(self.0.intern(name))
    }

    /// The value as `write` shows it.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`]; [`Error::HeapExhausted`] if the limit of the heap leaves no room for the text.
    pub fn written(&self, value: Value<'_, 'id>) -> Result<String, Error> {
        self.0.written(value.inner()).map_err(|stop| match stop {
            Stop::Interrupted => Error::Interrupted {
                backtrace: Vec::new(),
            },
            Stop::Full { bytes } => Error::HeapExhausted {
                needed_bytes: bytes,
            },
        })
    }
}
