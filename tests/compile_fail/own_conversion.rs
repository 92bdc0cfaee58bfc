//! Conversions see the machine; only the library writes them.
#![forbid(unsafe_code)]

struct Mine;

impl cozen::IntoScheme for Mine {
    fn to_value<'m>(&self, mutator: &'m vm::Mutator<'_>) -> vm::Value<'m> {
        mutator.set_winders(vm::Value::NULL);
        vm::Value::NULL
    }
}

fn main() {}
