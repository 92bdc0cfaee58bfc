//! Loading images, and access to global variables.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use abi::object_layout::{closure, location};
use abi::tag::Kind;
use gc::{Arena, ImageDescription, ImageId};
use loader::{Host, LoadError, LoadOptions, OwnSymbolTable, Registry, TrustedImage};

use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// What the loader sees of the machine.
struct LoaderHost<'a, 'id>(&'a Mutator<'id>);

/// How long an image stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// As long as something leads into it.
    #[default]
    Reached,
    /// For ever.
    Pinned,
}

/// What may be linked to an image after it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// Nothing.
    #[default]
    None,
    /// Native parts, for which the image gets room.
    NativeParts,
}

// SAFETY: all answers are of the mutator's heap. Its symbols are pinned, and kept by a table.
unsafe impl Host for LoaderHost<'_, '_> {
    fn arena(&self) -> &Arc<Arena> {
        self.0.heap().arena()
    }

    fn symbol(&mut self, name: &str) -> u64 {
        self.0.intern(name).word()
    }

    unsafe fn adopt_symbols(&mut self, symbols: OwnSymbolTable) -> bool {
        // SAFETY: this method was promised that the table says the truth, and that the image stays mapped as long as
        // the heap, which the mutator keeps.
        unsafe { self.0.state().symbols.adopt(symbols) }
    }

    unsafe fn register(&mut self, description: ImageDescription) -> ImageId {
        // SAFETY: this method was promised that the description is true. The image stays mapped until
        // `image_unreachable` unloads it.
        unsafe { self.0.heap().register_image(description) }
    }

    fn directory(&self) -> Option<&Path> {
        self.0.state().image_directory.as_deref()
    }
}

impl<'id> Mutator<'id> {
    /// Loads an image; [`Self::result`] is the procedure that runs it.
    ///
    /// `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`LoadError`]: the image is refused.
    ///
    /// # Panics
    ///
    /// If the machine is broken: see [`Self::is_broken`].
    pub fn load_image(
        &mut self,
        image: &TrustedImage<'_>,
        name: &str,
        retention: Retention,
        growth: Growth,
    ) -> Result<ImageId, LoadError> {
        self.assert_sound();
        let placement = self.state().placement;
        let options = LoadOptions {
            placement,
            pins: u32::from(retention == Retention::Pinned),
            tier: self.state().tier,
            has_native_room: growth == Growth::NativeParts,
            is_bytecode_only: false,
        };
        let image = loader::load(image, name, &mut LoaderHost(self), options)?;
        let (id, code) = (image.id(), image.entry().word());
        self.state_mut().registry.insert(image);
        self.set_result(|m| {
            let closure = m.allocate_values(Kind::Closure, 1, Value::FALSE);
            let place = closure.address().offset_bytes(closure::CODE);
            // SAFETY: the code word of a fresh closure, the address of a procedure header.
            unsafe { place.store_word(code) };
            closure.value()
        });
        Ok(id)
    }

    /// The loaded images.
    pub fn images(&self) -> &Registry {
        &self.state().registry
    }

    /// The value of the global variable `name`; `None` if it has none.
    pub fn global(&self, name: &str) -> Option<Value<'_>> {
        let location = Object::of_kind(self.location_of(self.intern(name)), Kind::Location)?;
        Some(location.field(location::VALUE)).filter(|&value| value != Value::UNBOUND)
    }

    /// Lets the compiler learn which bodies of libraries have run to their end: `settle` asks which globals have
    /// values, and answers globals that no image to come refers to. They are no longer found by their names: what no
    /// image that was loaded refers to goes with the next full collection.
    pub fn settle_libraries(&self, settle: impl FnOnce(&dyn Fn(&str) -> bool) -> Vec<Rc<str>>) {
        for key in settle(&|key| self.global(key).is_some()) {
            self.forget_location(&key);
        }
    }

    /// Defines the global variable `name`.
    ///
    /// # Panics
    ///
    /// Never: every symbol has a location.
    pub fn define_global(
        &mut self,
        name: &str,
        make: impl for<'m> FnOnce(&'m Mutator<'id>) -> Value<'m>,
    ) {
        let m = &*self;
        let location = Object::of_kind(m.location_of(m.intern(name)), Kind::Location);
        let location = location.expect("symbols have locations");
        m.set_field(location, location::VALUE, make(m));
    }
}
