//! Environments for `eval`: objects with the number of an environment of the compiler.

use abi::object_layout::environment;
use abi::tag::Kind;

use crate::hooks::EnvironmentNumber;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

impl Mutator<'_> {
    /// The object of an environment.
    pub(crate) fn environment(&self, number: EnvironmentNumber) -> Value<'_> {
        let mut environments = self.state().environments.borrow_mut();
        if let Some(word) = environments.get(number.index()) {
            // SAFETY: the table is up to date, and its objects were there after the last collection.
            return unsafe { Value::from_word(word) };
        }
        let words = environment::WORDS as usize;
        let index = Value::count(number.index());
        let object = self.allocate_values(Kind::Environment, words, index);
        environments.add(number.index(), object.value().word());
        object.value()
    }
}

/// The number of the environment that `value` is.
pub(crate) fn environment_number(value: Value<'_>) -> Option<EnvironmentNumber> {
    let object = Object::of_kind(value, Kind::Environment)?;
    let index = object.field(environment::NUMBER).as_index();
    let index = index.expect("the object of an environment has its number");
    Some(EnvironmentNumber::from_index(index))
}
