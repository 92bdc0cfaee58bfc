//! The arguments of the host procedure that runs.

use crate::mutator::Mutator;
use crate::value::Value;

impl Mutator<'_> {
    /// How many arguments the host procedure that runs was given.
    pub fn argument_count(&self) -> usize {
        self.state().host_arguments.len() - self.state().host_arguments_start
    }

    /// Argument `index`, zero-based, of the host procedure that runs.
    ///
    /// # Panics
    ///
    /// If it was given fewer, or the machine is broken: see [`Self::is_broken`].
    pub fn argument(&self, index: usize) -> Value<'_> {
        self.assert_sound();
        let arguments = &self.state().host_arguments[self.state().host_arguments_start..];
        // SAFETY: the arguments are roots, and so up to date.
        unsafe { Value::from_word(arguments[index]) }
    }

    /// Replaces the arguments of the host procedure that runs by the elements of a list.
    pub(crate) fn spread_arguments(&mut self, list_index: usize) {
        let list = self.argument(list_index);
        let words = self.elements(list).map(Value::word).collect::<Vec<_>>();
        let start = self.state().host_arguments_start;
        let arguments = &mut self.state_mut().host_arguments;
        arguments.truncate(start);
        arguments.extend(words);
    }
}
