//! Rust closures as Scheme procedures.

use vm::{HostError, Mutator};

use crate::convert::{FromScheme, IntoScheme, convert};
use crate::error::Error;
use crate::handle::Handle;
use crate::scheme::{Heap, Scheme};
use crate::value::Value;

/// A call of a Rust closure by Scheme: its arguments, and where its value goes.
#[derive(Debug)]
pub struct Call<'a, 'id> {
    scheme: Scheme<'a, 'id>,
}

impl<'a, 'id> Call<'a, 'id> {
    pub(crate) const fn new(scheme: Scheme<'a, 'id>) -> Self {
        Self { scheme }
    }

    /// How many arguments were given.
    pub fn argument_count(&self) -> usize {
        self.scheme.mutator.argument_count()
    }

    /// An argument as a Rust value; `index` is zero-based.
    ///
    /// # Errors
    ///
    /// [`Error::MissingArgument`], [`Error::Conversion`].
    pub fn argument<T: FromScheme>(&self, index: usize) -> Result<T, Error> {
        convert(self.scheme.mutator, self.argument_value(index)?.inner())
    }

    /// An argument as a value; `index` is zero-based.
    ///
    /// # Errors
    ///
    /// [`Error::MissingArgument`], [`Error::Broken`].
    pub fn argument_value(&self, index: usize) -> Result<Value<'_, 'id>, Error> {
        self.scheme.check_sound()?;
        let count = self.argument_count();
        if index >= count {
            return Err(Error::MissingArgument { index, count });
        }
        Ok(Value::new(self.scheme.mutator.argument(index)))
    }

    /// An argument kept across runs; `index` is zero-based.
    ///
    /// # Errors
    ///
    /// [`Error::MissingArgument`], [`Error::Broken`].
    pub fn argument_handle(&self, index: usize) -> Result<Handle, Error> {
        Ok(self.scheme.handle(self.argument_value(index)?))
    }

    /// Sets the value of the call (unspecified if it is never set).
    ///
    /// # Errors
    ///
    /// [`Error::HeapExhausted`], [`Error::Broken`]; the result lets a closure end with it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "`call.give(sum)` is how a closure ends"
    )]
    pub fn give(&mut self, value: impl IntoScheme) -> Result<(), Error> {
        self.scheme.check_sound()?;
        self.scheme.make_room(value.heap_bytes())?;
        self.scheme
            .mutator
            .set_result(|mutator| value.to_value(mutator));
        Ok(())
    }

    /// Sets the value of the call to what `make` answers.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`]; the result lets a closure end with it.
    pub fn give_value(
        &mut self,
        make: impl for<'m> FnOnce(&'m Heap<'id>) -> Value<'m, 'id>,
    ) -> Result<(), Error> {
        self.scheme.check_sound()?;
        self.scheme
            .mutator
            .set_result(|mutator| make(Heap::of(mutator)).inner());
        Ok(())
    }

    /// The runtime, to evaluate and call. An [`Error::Escape`] from it is to be passed on at once.
    pub const fn scheme(&mut self) -> &mut Scheme<'a, 'id> {
        &mut self.scheme
    }

    /// What the machine makes of a closure's error: an escape goes on, an object raised inside is
    /// raised again outside, anything else becomes a condition. So does what another runtime raised: its
    /// object means nothing here.
    pub(crate) fn host_error(&self, error: Error) -> HostError {
        let mutator = &*self.scheme.mutator;
        match error {
            Error::Broken if mutator.is_broken() => HostError::Broken,
            Error::Escape => HostError::Escape,
            Error::Exit(status) => HostError::Exit(status),
            Error::Raised(raised) if mutator.owns(&raised.object.0) => {
                HostError::Raise(raised.object.0)
            }
            Error::HeapExhausted { needed_bytes } => HostError::HeapExhausted { needed_bytes },
            other => HostError::Message(other.with_causes()),
        }
    }
}

impl Scheme<'_, '_> {
    /// Defines a procedure in the interaction environment that calls a Rust closure. The closure may
    /// call Scheme; a call of itself from there is an error, since it is borrowed mutably. The closure is dropped
    /// after the collection that finds that Scheme cannot call it any more.
    ///
    /// # Errors
    ///
    /// [`Error::Unbound`] if the library that makes such procedures is not loaded, [`Error::Broken`].
    pub fn define_procedure(
        &mut self,
        name: &str,
        body: impl FnMut(&mut Call<'_, '_>) -> Result<(), Error> + 'static,
    ) -> Result<(), Error> {
        self.make_procedure(name, body)?;
        let key = self.frontend()?.declare_variable(name);
        self.mutator.define_global(&key, Mutator::result);
        Ok(())
    }

    /// Makes such a procedure: [`Self::value`] is it.
    pub(crate) fn make_procedure(
        &mut self,
        name: &str,
        mut body: impl FnMut(&mut Call<'_, '_>) -> Result<(), Error> + 'static,
    ) -> Result<(), Error> {
        self.check_sound()?;
        let frontend = self.frontend.clone();
        let procedure = Box::new(move |mutator: &mut Mutator<'_>| {
            let mut call = Call::new(Scheme {
                mutator,
                frontend: frontend.clone(),
            });
            body(&mut call).map_err(|error| call.host_error(error))
        });
        let maker = self.global_handle("%make-host-procedure")?;
        let done = self.mutator.apply(|mutator| {
            (
                mutator.rooted(&maker.0),
                vec![mutator.intern(name), mutator.add_host_procedure(procedure)],
            )
        });
        self.outcome(done)
    }
}
