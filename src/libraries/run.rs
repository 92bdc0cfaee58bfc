//! Runs the bodies of libraries before the images that need them.

use std::rc::Rc;

use abi::interface::end_key;
use abi::object_layout::pair;
use loader::TrustedImage;
use vm::{Growth, Retention, Value};

use super::image_library::{ImageLibrary, Needed, needed_by};
use super::store::{Libraries, Refusal};
use crate::convert::IntoScheme as _;
use crate::error::Error;
use crate::handle::Handle;
use crate::scheme::Scheme;

/// The body of a library that was loaded.
pub(crate) struct Body {
    library: String,
    /// The entry of its image.
    entry: Handle,
}

impl Scheme<'_, '_> {
    /// Loads an image and the libraries that it needs, as far as they have not run here, and runs all of them: the
    /// image behind its libraries, in one run.
    pub(crate) fn run_with_libraries<'file>(
        &mut self,
        image: impl Into<TrustedImage<'file>>,
        name: &str,
        retention: Retention,
    ) -> Result<(), Error> {
        let image = image.into();
        let bodies = self.load_libraries_of(image.bytes(), name)?;
        let growth = self.growth();
        self.load_entry(image, name, (retention, growth))?;
        self.run_entry_behind(&bodies)
    }

    /// Runs the entry of the image that was loaded last, behind the bodies of its libraries.
    pub(crate) fn run_entry_behind(&mut self, bodies: &[Body]) -> Result<(), Error> {
        // A runtime without compiler loads nothing meanwhile.
        let outer = (self.frontend().ok()).map(|mut frontend| frontend.begin_run());
        let done = if bodies.is_empty() {
            let done = self.mutator.apply(|mutator| (mutator.result(), Vec::new()));
            self.outcome(done)
        } else {
            self.run_bodies(bodies)
        };
        if let (Some(outer), Ok(mut frontend)) = (outer, self.frontend()) {
            frontend.end_run(outer);
        }
        done
    }

    fn run_bodies(&mut self, bodies: &[Body]) -> Result<(), Error> {
        let program = self.handle(self.value());
        // Another program may run meanwhile, which needs one of the libraries, too.
        self.make_procedure("has-run?", |call| {
            let library: String = call.argument(0)?;
            let has_run = call.scheme().mutator.global(&end_key(&library)).is_some();
            call.give(has_run)
        })?;
        let has_run = self.handle(self.value());
        let runner = self.global_handle("%run-program")?;
        let bytes = bodies
            .iter()
            .map(|body| body.library.heap_bytes() + 2 * pair::BYTES);
        self.make_room(bytes.sum())?;
        let done = self.mutator.apply(|m| {
            let list = bodies.iter().rev().fold(Value::NULL, |list, body| {
                let body = m.cons(m.string(&body.library), m.rooted(&body.entry.0));
                m.cons(body, list)
            });
            let arguments = vec![list, m.rooted(&has_run.0), m.rooted(&program.0)];
            (m.rooted(&runner.0), arguments)
        });
        self.outcome(done)
    }

    /// Loads the libraries that the image called `name` needs, as far as they have not run here: their bodies, in the
    /// order in which they run.
    fn load_libraries_of(&mut self, image: &[u8], name: &str) -> Result<Vec<Body>, Error> {
        let Some(needed) = needed_by(image) else {
            let reason = "what it says of its imports is damaged";
            return Err(refused(name, "", reason));
        };
        if needed.is_empty() {
            return Ok(Vec::new());
        }
        let libraries = self.frontend()?.ready_libraries();
        check_needed(&libraries, &needed, name)?;
        let (own_work, later_work) = {
            let mut frontend = self.frontend()?;
            (frontend.native_work.take(), frontend.later_work.take())
        };
        let loaded = self.load_bodies(&libraries, &needed);
        let mut frontend = self.frontend()?;
        frontend.native_work = own_work;
        frontend.later_work = later_work;
        drop(frontend);
        loaded
    }

    fn load_bodies(
        &mut self,
        libraries: &Libraries,
        needed: &[Needed],
    ) -> Result<Vec<Body>, Error> {
        let mut bodies = Vec::new();
        for library in self.pending(libraries, needed) {
            let work = library.work.borrow_mut().take();
            self.frontend()?.native_work = work;
            let growth = self.growth();
            self.load_entry(
                &*library.image,
                &library.shown,
                (Retention::Reached, growth),
            )?;
            bodies.push(Body {
                library: library.name.to_string(),
                entry: self.handle(self.value()),
            });
        }
        Ok(bodies)
    }

    /// Whether native code comes for the image that is loaded next.
    fn growth(&self) -> Growth {
        let frontend = self.frontend();
        if frontend.is_ok_and(|frontend| frontend.has_native_work()) {
            Growth::NativeParts
        } else {
            Growth::None
        }
    }

    /// Those of these libraries, and of those that they need, that have not run, in the order in which they run.
    fn pending(&self, libraries: &Libraries, needed: &[Needed]) -> Vec<Rc<ImageLibrary>> {
        let mut ordered = libraries.in_order(needed);
        ordered.retain(|library| self.mutator.global(&end_key(&library.name)).is_none());
        ordered
    }

    /// Runs the bodies of these libraries, and of those that they need, as bytecode.
    pub(crate) fn run_needed(
        &mut self,
        libraries: &Libraries,
        needed: &[Needed],
    ) -> Result<(), Error> {
        for library in self.pending(libraries, needed) {
            let bytecode = (Retention::Reached, Growth::None);
            self.run_loaded(&*library.image, &library.shown, bytecode)?;
        }
        Ok(())
    }
}

/// Checks that the libraries that the image called `name` needs are those that it was compiled for.
fn check_needed(libraries: &Rc<Libraries>, needed: &[Needed], name: &str) -> Result<(), Error> {
    for Needed {
        name: library,
        hash,
    } in needed
    {
        let found = match libraries.resolve(library) {
            Ok(found) => found,
            Err(Refusal::Error(error)) => return Err(error),
            Err(Refusal::Open | Refusal::Deep) => {
                return Err(refused(name, library, "it imports itself"));
            }
        };
        match found {
            None => return Err(refused(name, library, "it is not there")),
            Some(found) if found.hash != *hash => {
                let reason = "it is another than the image was compiled for";
                return Err(refused(name, library, reason));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The image called `name` cannot run without the library.
fn refused(name: &str, library: &str, reason: &str) -> Error {
    Error::Library {
        file: name.to_owned(),
        library: library.to_owned(),
        reason: reason.to_owned(),
    }
}
