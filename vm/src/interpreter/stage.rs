//! Conditions, staged for their handler in Scheme.
//!
//! A primitive's [`Raise`] borrows from the mutator, but going on needs the mutator mutably. So a
//! condition is *staged* first: its arguments are put into the slots of the faulting frame, where
//! nothing is needed any more. Then `%vm-error` is called in place of the frame: see
//! [`enter`](mod@crate::interpreter::enter).

use std::fmt::Write as _;

use abi::condition::ConditionKind;
use abi::object_layout::location;
use abi::primitive::Primitive;
use abi::tag::{self, Header, Kind};
use gc::Address;
use loader::RecordProcedure;

use crate::ending::VmError;
use crate::error::{Condition, Irritant, Raise};
use crate::interpreter::machine::Machine;
use crate::live::Live;
use crate::mutator::Mutator;
use crate::object::Object;
use crate::value::Value;

/// Return words in a backtrace at most.
pub(super) const BACKTRACE_FRAMES_MAX: usize = 64;

/// What is to be done about an instruction without a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staged {
    /// Collect for so many bytes, and run it again.
    Full(usize),
    /// The arguments of `%vm-error` stand in slots 1 to 3 of the frame.
    Condition,
    /// The run ends: no library handles conditions, or who owns the machine interrupted it.
    End,
}

/// The condition that `bytes` do not fit.
pub(crate) fn heap_exhausted<'m>(m: &'m Mutator<'_>, bytes: usize) -> Raise<'m> {
    crate::collect::heap_exhausted(m, bytes).into()
}

/// Puts the arguments of `%vm-error` into slots 1 to 3 of the frame of `s`.
#[cold]
pub(crate) fn stage(m: &Mutator<'_>, s: Machine, raise: Raise<'_>) -> Staged {
    let condition = match raise {
        Raise::Full(bytes) => return Staged::Full(bytes),
        Raise::Condition(condition) => condition,
    };
    if condition.kind == ConditionKind::Interrupted {
        let places = m.places(m.return_addresses(s, BACKTRACE_FRAMES_MAX));
        m.end_run(VmError::Interrupted { places });
        return Staged::End;
    }
    if condition.kind == ConditionKind::HeapExhausted && m.heap().is_beyond_reserve() {
        let message = "the heap was exhausted again, and what is kept fills its reserve".to_owned();
        return end_failed(m, s, message);
    }
    let condition = as_written(m, s, *condition);
    if error_handler(m).is_none() {
        return end_failed(m, s, describe(m, &condition));
    }
    let kind = m.intern(condition.kind.name());
    let irritants = condition.told().map(|irritant| make_value(m, irritant));
    let irritants = irritants.collect::<Vec<_>>();
    let irritants = m.list(irritants);
    let backtrace = m.backtrace(s);
    for (slot, value) in (1..).zip([kind, irritants, backtrace]) {
        // SAFETY: nothing of the frame is needed any more; below its limit, the stack has room for more
        // than these slots.
        unsafe { s.set_slot(slot, Live::of(value)) };
    }
    Staged::Condition
}

/// Ends the run at the instruction of `s`: the machine cannot go on.
fn end_failed(m: &Mutator<'_>, s: Machine, message: String) -> Staged {
    let places = m.places(m.return_addresses(s, BACKTRACE_FRAMES_MAX));
    m.end_run(VmError::Failed { message, places });
    Staged::End
}

/// The condition with the procedure and argument that the user wrote, where the compiler has put another.
fn as_written<'m>(m: &'m Mutator<'_>, s: Machine, mut condition: Condition<'m>) -> Condition<'m> {
    use ConditionKind::{DivisionByZero, OutOfRange, WrongType};
    let Some(procedure) = &condition.procedure else {
        return condition;
    };
    if !matches!(condition.kind, WrongType | OutOfRange | DivisionByZero) {
        return condition;
    }
    if is_record_operation(procedure) {
        name_record_procedure(m, s, &mut condition);
        return condition;
    }
    let argument = condition.argument.unwrap_or(0);
    let written = m.written_at(m.blamed_address(s));
    if let Some((name, argument)) = written.and_then(|written| written.named(procedure, argument)) {
        if name == "apply" {
            show_last_argument(m, argument, &mut condition);
        }
        condition.procedure = Some(name.into());
        condition.argument = condition.argument.map(|_| argument);
    }
    condition
}

/// An application whose last argument, with this number, is no list: shows the argument itself. The machine has found
/// what the compiler makes of all arguments behind the procedure, a list whose end is the last argument.
fn show_last_argument<'m>(m: &'m Mutator<'_>, argument: usize, condition: &mut Condition<'m>) {
    for irritant in &mut condition.irritants {
        if let Irritant::Value(found) = irritant {
            for _ in 2..argument {
                *found = m.pair(*found).map_or(*found, |(_, cdr)| cdr);
            }
        }
    }
}

/// Whether a primitive is one that the procedures of record types are made of.
fn is_record_operation(primitive: &str) -> bool {
    let operations = [Primitive::RecordRef, Primitive::RecordSet];
    operations
        .iter()
        .any(|operation| operation.name() == primitive)
}

/// Names the accessor or modifier that the machine does, and the variable that is the wrong argument.
fn name_record_procedure(m: &Mutator<'_>, s: Machine, condition: &mut Condition<'_>) {
    let Some(RecordProcedure { name, argument }) = m.record_procedure_at(s.pc_address()) else {
        condition.procedure = Some("record procedure".into());
        return;
    };
    condition.procedure = Some(name.to_owned().into());
    if condition.argument == Some(1)
        && let Some(variable) = argument
    {
        condition
            .irritants
            .push(Irritant::Symbol(variable.to_owned().into()));
    }
}

fn make_value<'m>(m: &'m Mutator<'_>, irritant: Irritant<'m>) -> Value<'m> {
    match irritant {
        Irritant::Value(value) => value,
        Irritant::Integer(integer) => {
            let integer = integer.clamp(tag::FIXNUM_MIN, tag::FIXNUM_MAX);
            Value::fixnum(integer).expect("clamped to the fixnums")
        }
        Irritant::Symbol(name) => m.intern(&name),
        Irritant::Text(text) => m.string(&text),
        Irritant::List(values) => m.list(values),
    }
}

/// The procedure in the global variable `%vm-error`.
pub(super) fn error_handler<'m>(m: &'m Mutator<'_>) -> Option<Value<'m>> {
    let symbol = m.intern("%vm-error");
    let location = Object::of_kind(m.location_of(symbol), Kind::Location)?;
    Some(location.field(location::VALUE)).filter(|handler| handler.is_kind(Kind::Closure))
}

/// A condition as text, for runs without a library.
fn describe(m: &Mutator<'_>, condition: &Condition<'_>) -> String {
    let mut text = condition.kind.name().to_owned();
    for irritant in condition.told() {
        let written = match irritant {
            Irritant::Value(value) => match (value.as_fixnum(), m.symbol_name(value)) {
                (Some(fixnum), _) => write!(text, " {fixnum}"),
                (None, Some(name)) => write!(text, " {name}"),
                (None, None) => write!(text, " {value:?}"),
            },
            Irritant::Integer(integer) => write!(text, " {integer}"),
            Irritant::Symbol(name) => write!(text, " {name}"),
            Irritant::Text(message) => write!(text, " {message:?}"),
            Irritant::List(values) => write!(text, " {values:?}"),
        };
        written.expect("writing to a string does not fail");
    }
    text
}

impl Mutator<'_> {
    /// A backtrace: the end of the instruction at which the machine stands, then return words.
    pub(crate) fn backtrace(&self, s: Machine) -> Value<'_> {
        let addresses = self.return_addresses(s, BACKTRACE_FRAMES_MAX);
        self.code_addresses(&addresses)
    }

    fn code_addresses(&self, addresses: &[Address]) -> Value<'_> {
        let header = Header::new(Kind::CodeAddresses, addresses.len() as u64);
        let object = self.heap().allocate(header.object_bytes() as usize);
        // SAFETY: the first word of a fresh object.
        unsafe { object.store_word(header.word()) };
        for (index, address) in addresses.iter().enumerate() {
            // SAFETY: a payload word of the fresh object.
            unsafe { object.offset_words(index + 1).store_word(address.word()) };
        }
        // SAFETY: an object with all its words written.
        unsafe { Value::from_word(object.word() | tag::TAG_OBJECT) }
    }
}
