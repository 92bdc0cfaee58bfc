//! The part of the mutator for embedders: conversions, and procedures of their own.

use abi::object_layout::PAYLOAD;
use abi::tag::Kind;
use gc::ImageId;
use syntax::{Stop, Supervisor};

use crate::host_procedures::HostProcedure;
use crate::interpreter::Machine;
use crate::mutator::HostClosure;
use crate::mutator::Mutator;
use crate::number::heap::{as_i64, as_u64, from_i64, from_u64, to_f64};
use crate::object::Object;
use crate::object::string::StringObject;
use crate::object::symbol::text_of;
use crate::port::LostOutput;
use crate::print::{Style, to_abridged_text, to_text_supervised};
use crate::value::Value;

/// What the machine keeps for a procedure of the embedder, beside the closure.
const HOST_PROCEDURE_BYTES: usize = 128;

/// The exact integer that `value` is, if it fits 64 bits, with or without a sign.
pub fn integer_of(value: Value<'_>) -> Option<i128> {
    as_i64(value)
        .map(i128::from)
        .or_else(|| as_u64(value).map(i128::from))
}

/// Lets work go on where no collection can run: as far as the limit of the heap.
#[derive(Debug)]
struct OutsideRun<'m, 'id>(&'m Mutator<'id>);

impl Supervisor for OutsideRun<'_, '_> {
    fn check(&self) -> Result<(), Stop> {
        self.0.check()
    }

    fn reserve(&self, bytes: usize) -> Result<(), Stop> {
        if bytes > self.0.chargeable_bytes() {
            return Err(Stop::Full { bytes });
        }
        Ok(())
    }
}

impl Mutator<'_> {
    /// A string. Long ones count towards the next collection, and are made at once.
    pub fn string(&self, text: &str) -> Value<'_> {
        StringObject::at_once(self, text).value()
    }

    /// An exact integer; one of more than 64 bits becomes the nearest that has 64.
    pub fn integer(&self, value: i128) -> Value<'_> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => from_i64(self, value),
            (Err(_), Ok(value)) => from_u64(self, value),
            (Err(_), Err(_)) if value < 0 => from_i64(self, i64::MIN),
            (Err(_), Err(_)) => from_u64(self, u64::MAX),
        }
    }

    /// The double nearest to a real number.
    pub fn real(&self, value: Value<'_>) -> Option<f64> {
        to_f64(self, value)
    }

    /// The content of a string.
    #[expect(
        clippy::unused_self,
        reason = "only who has the mutator may look at its values"
    )]
    pub fn text(&self, value: Value<'_>) -> Option<String> {
        Object::of_kind(value, Kind::String).map(text_of)
    }

    /// What `write` writes.
    ///
    /// # Errors
    ///
    /// [`Stop`]: an interrupt came, or the limit of the heap leaves no room for the text.
    pub fn written<'m>(&'m self, value: Value<'m>) -> Result<String, Stop> {
        to_text_supervised(self, value, Style::Write, &OutsideRun(self))
    }

    /// The beginning of what `write` writes, for messages: some thousand bytes at most.
    pub fn abridged<'m>(&'m self, value: Value<'m>) -> String {
        to_abridged_text(self, value, Style::Write)
    }

    /// Writes out what output ports hold back.
    ///
    /// # Errors
    ///
    /// For the first port whose output is lost.
    pub fn flush_all(&mut self) -> Result<(), LostOutput> {
        crate::port::flush_all(self)
    }

    /// Adds a procedure of the embedder: what `%call-host` takes to call it. The procedure is dropped once
    /// nothing refers to that any more.
    pub fn add_host_procedure(&self, procedure: HostClosure) -> Value<'_> {
        let bytes = size_of_val(&*procedure) + HOST_PROCEDURE_BYTES;
        let charge = self.heap().charge(bytes, 0);
        let mut procedures = self.state().host_procedures.borrow_mut();
        let number = procedures.next_number();
        let ticket = self.allocate_fields(Kind::Box, [Value::count(number)]);
        procedures.add(procedure, ticket.value().word(), charge);
        ticket.value()
    }

    /// The procedure of the embedder that `ticket` stands for.
    pub(crate) fn host_procedure(&self, ticket: Value<'_>) -> Option<HostProcedure<HostClosure>> {
        let number = Object::of_kind(ticket, Kind::Box)?.field(PAYLOAD);
        let procedures = self.state().host_procedures.borrow();
        procedures.get(number.as_index()?, ticket.word())
    }

    // Registers of the machine

    /// Where the machine stood when it called the leaf primitive that runs; `None` if a test calls it.
    ///
    /// # Safety
    ///
    /// A leaf primitive runs.
    pub(crate) unsafe fn running_machine(&self) -> Option<Machine> {
        let (pc, fp) = self.state().running.get();
        // SAFETY: the machine has noted its place for the primitive that runs, and waits for it.
        (pc.raw() != 0).then(|| unsafe { Machine::at(pc, fp) })
    }

    /// Where the machine stood when it called the host primitive that runs.
    pub(crate) fn suspended_machine(&self) -> Option<Machine> {
        let suspended = self.state().stack.bases.last()?.suspended?;
        // SAFETY: the frame of a base that is suspended, which keeps the code at this place.
        Some(unsafe { Machine::at(suspended.pc.offset_bytes(1), suspended.fp.address()) })
    }

    pub(crate) fn record_type_type(&self) -> Value<'_> {
        // SAFETY: the register is a root, and so up to date.
        unsafe { Value::from_word(self.state().record_type_type.get()) }
    }

    pub(crate) fn set_record_type_type(&self, value: Value<'_>) {
        self.state().record_type_type.set(value.word());
    }

    // Externals

    pub(crate) fn add_external(&self, value: Value<'_>) -> u32 {
        self.state().externals.borrow_mut().add(value.word())
    }

    pub(crate) fn settle_externals(&self, image: Option<ImageId>) {
        self.state().externals.borrow_mut().settle(image);
    }
}
