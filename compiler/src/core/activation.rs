//! Activations: the frames that a program would have if no procedure stood in the place of a call.
//!
//! A pass may put the body of a procedure into another procedure: the inliner in the place of a call, contification as
//! a label. The body then has no frame of its own. Backtraces still show the frame, because every [`SourcePlace`]
//! names its *activation*: the procedure that the place was written in, and the call that this procedure was inlined
//! at. The call is a place, too, so activations form chains:
//!
//! ```text
//! (define (first-of l) (car l))          car     in first-of, called at ┐
//! (define (main n) (+ 1 (first-of n)))        (first-of n) ◄────────────┘ in main, called at ┐
//! (display (main 5))                               (main 5) ◄────────────────────────────────┘ in the entry
//! ```
//!
//! The pass `name-activations` gives each lambda an activation. Inlining only notes the call in the activation, so
//! inlining costs nothing for each expression. A copy of a procedure gets activations of its own.

use std::rc::Rc;

use super::place::{ActivationId, CallPosition, SourcePlace};
use crate::id::IdVec;
use crate::id_map::IdMap;

/// An activation.
#[derive(Clone, Debug, Default)]
pub struct Activation {
    /// The name of the procedure; empty if it has none.
    pub name: Rc<str>,
    /// Where the procedure was written.
    pub definition: SourcePlace,
    /// What errors and backtraces say of it.
    pub kind: ActivationKind,
    /// The call that the body stands in the place of; none if the procedure has a frame of its own.
    pub called_at: Option<SourcePlace>,
}

/// What errors and backtraces say of an activation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ActivationKind {
    /// A procedure of the text.
    #[default]
    Procedure,
    /// A procedure that a record type defines. Its errors have its name. Its frame has no place, as those of
    /// primitives.
    RecordProcedure,
    /// A call of such a procedure, done in place as a primitive is. It has no frame.
    RecordOperation {
        /// The name of the variable that is argument 1, if argument 1 is one.
        argument: Option<Rc<str>>,
    },
}

/// All activations of a unit.
#[derive(Clone, Debug, Default)]
pub struct Activations(IdVec<ActivationId, Activation>);

impl Activations {
    /// Adds an activation.
    pub fn push(&mut self, activation: Activation) -> ActivationId {
        self.0.push(activation)
    }

    /// The id of the activation that is added next.
    pub fn next_id(&self) -> ActivationId {
        self.0.next_id()
    }

    /// The activation with this id; `None` before activations were named.
    pub fn get(&self, id: ActivationId) -> Option<&Activation> {
        self.0.get(id)
    }

    /// Notes that the body of the procedure of `id` stands in the place of the call at `place`.
    ///
    /// # Panics
    ///
    /// If it stands elsewhere already: every copy has an activation of its own.
    pub fn inline(&mut self, id: ActivationId, place: SourcePlace) {
        if id == ActivationId::ENTRY {
            return;
        }
        let called_at = &mut self.0[id].called_at;
        assert!(called_at.is_none(), "a body stands in one place");
        *called_at = Some(place);
    }

    /// The frame that a call at `place` returns to: the place of its call, or none if that is a frame of its own.
    ///
    /// Frames that tail calls have replaced are passed over.
    pub fn returns_to(&self, place: SourcePlace) -> ReturnPlace {
        let mut place = place;
        while place.call == CallPosition::Tail {
            match self.get(place.activation).and_then(|it| it.called_at) {
                Some(caller) => place = caller,
                None => return ReturnPlace::CallerOf(place.activation),
            }
        }
        ReturnPlace::At(place)
    }

    /// Copies the inlined calls that `id` belongs to, up to an activation that was copied before. `copies` leads from
    /// originals to copies.
    pub(crate) fn copy_inlined(
        &mut self,
        id: ActivationId,
        copies: &mut IdMap<ActivationId, ActivationId>,
    ) -> ActivationId {
        let mut originals = Vec::new();
        let mut outer = id;
        let mut copy = loop {
            if let Some(&copy) = copies.get(&outer) {
                break copy;
            }
            match self.get(outer).and_then(|it| it.called_at) {
                Some(call) => {
                    originals.push(outer);
                    outer = call.activation;
                }
                // A frame that is not copied.
                None => break outer,
            }
        };
        if copy == outer {
            return id;
        }
        while let Some(original) = originals.pop() {
            let mut activation = self.0[original].clone();
            if let Some(call) = &mut activation.called_at {
                call.activation = copy;
            }
            copy = self.push(activation);
            copies.insert(original, copy);
        }
        copy
    }

    /// Copies the activation of a procedure with a frame of its own.
    pub(crate) fn copy_procedure(
        &mut self,
        id: ActivationId,
        copies: &mut IdMap<ActivationId, ActivationId>,
    ) -> ActivationId {
        let Some(activation) = self.get(id).filter(|_| id != ActivationId::ENTRY) else {
            return id;
        };
        let copy = Activation {
            called_at: None,
            ..activation.clone()
        };
        let copy = self.push(copy);
        copies.insert(id, copy);
        copy
    }
}

/// Where a call returns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnPlace {
    /// To this place.
    At(SourcePlace),
    /// To whatever called the procedure with this activation.
    CallerOf(ActivationId),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, activation: ActivationId, call: CallPosition) -> SourcePlace {
        SourcePlace {
            line,
            activation,
            call,
            ..SourcePlace::default()
        }
    }

    fn three() -> (Activations, [ActivationId; 3]) {
        let mut activations = Activations::default();
        let ids = [0, 1, 2].map(|_| activations.push(Activation::default()));
        (activations, ids)
    }

    #[test]
    fn calls_return_past_frames_that_tail_calls_replaced() {
        let (mut activations, [entry, outer, inner]) = three();
        let call = place(7, entry, CallPosition::Inner);
        activations.inline(outer, call);
        activations.inline(inner, place(2, outer, CallPosition::Tail));
        let last = place(1, inner, CallPosition::Tail);
        assert_eq!(activations.returns_to(last), ReturnPlace::At(call));
        let first = place(1, inner, CallPosition::Inner);
        assert_eq!(activations.returns_to(first), ReturnPlace::At(first));
        let last = place(1, entry, CallPosition::Tail);
        assert_eq!(activations.returns_to(last), ReturnPlace::CallerOf(entry));
    }

    #[test]
    fn copies_of_a_procedure_have_copies_of_what_is_inlined_in_it() {
        let (mut activations, [entry, outer, inner]) = three();
        activations.inline(inner, place(2, outer, CallPosition::Inner));
        let mut copies = IdMap::default();
        let copy = activations.copy_procedure(outer, &mut copies);
        let inner_copy = activations.copy_inlined(inner, &mut copies);
        let called_at = activations.get(inner_copy).and_then(|it| it.called_at);
        assert_eq!(called_at, Some(place(2, copy, CallPosition::Inner)));
        assert_eq!(activations.copy_inlined(inner, &mut copies), inner_copy);
        assert_eq!(activations.copy_inlined(entry, &mut copies), entry);
    }
}
