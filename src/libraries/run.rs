//! Runs the bodies of libraries before the images that need them.

use abi::interface::end_key;
use vm::{Growth, Retention};

use super::image_library::{Needed, needed_by};
use super::store::{Libraries, Refusal};
use crate::error::Error;
use crate::scheme::Scheme;

impl Scheme<'_, '_> {
    /// Runs the bodies of the libraries that the image called `name` needs, as far as they have not run here.
    pub(crate) fn run_libraries_of(&mut self, image: &[u8], name: &str) -> Result<(), Error> {
        let refused = |library: &str, reason: &str| Error::Library {
            file: name.to_owned(),
            library: library.to_owned(),
            reason: reason.to_owned(),
        };
        let Some(needed) = needed_by(image) else {
            return Err(refused("", "what it says of its imports is damaged"));
        };
        if needed.is_empty() {
            return Ok(());
        }
        let libraries = self.frontend()?.ready_libraries();
        for Needed { name, hash } in &needed {
            let library = match libraries.resolve(name) {
                Ok(library) => library,
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::Open | Refusal::Deep) => {
                    return Err(refused(name, "it imports itself"));
                }
            };
            match library {
                None => return Err(refused(name, "it is not there")),
                Some(library) if library.hash != *hash => {
                    return Err(refused(
                        name,
                        "it is another than the image was compiled for",
                    ));
                }
                Some(_) => {}
            }
        }
        let (own_work, later_work) = {
            let mut frontend = self.frontend()?;
            (frontend.native_work.take(), frontend.later_work.take())
        };
        let done = self.run_needed(&libraries, &needed, true);
        let mut frontend = self.frontend()?;
        frontend.native_work = own_work;
        frontend.later_work = later_work;
        drop(frontend);
        done
    }

    /// Runs the bodies of these libraries, and of those that they need.
    /// `takes_native` says whether native code that was made for them is theirs here.
    pub(crate) fn run_needed(
        &mut self,
        libraries: &Libraries,
        needed: &[Needed],
        takes_native: bool,
    ) -> Result<(), Error> {
        for library in libraries.in_order(needed) {
            if self.mutator.global(&end_key(&library.name)).is_some() {
                continue;
            }
            let growth = {
                let mut frontend = self.frontend()?;
                frontend.native_work = library.work.borrow_mut().take_if(|_| takes_native);
                if frontend.has_native_work() {
                    Growth::NativeParts
                } else {
                    Growth::None
                }
            };
            self.run_loaded(&library.image, &library.shown, (Retention::Reached, growth))?;
        }
        Ok(())
    }
}
