//! Watches, while a unit runs, whether the promise of `place-polls` holds.

use abi::primitive::{Effect, Primitive};

use super::value::Raise;
use crate::id::Id;
use crate::ssa::ir::{BlockId, Operation, RawUnary};

/// What a frame has done since its last poll.
#[derive(Clone, Debug, Default)]
pub(super) struct Polls {
    /// Whether a call has returned.
    pub(super) returned: bool,
    /// The blocks that were started.
    pub(super) visited: Vec<BlockId>,
}

impl Polls {
    /// A block starts: not for the second time without a poll.
    pub(super) fn starts(&mut self, id: BlockId) -> Result<(), Raise> {
        if self.visited.contains(&id) {
            return Err(Raise::Broken(format!(
                "no poll in the loop of b{}",
                id.number()
            )));
        }
        self.visited.push(id);
        Ok(())
    }

    /// An operation comes next: an allocation not behind a return without a poll.
    pub(super) fn before(&mut self, operation: &Operation) -> Result<(), Raise> {
        let allocates = match operation {
            Operation::Poll => {
                *self = Self::default();
                false
            }
            Operation::MakeClosure(..)
            | Operation::Raw1(RawUnary::BoxF64 | RawUnary::BoxI64 | RawUnary::BoxU64, _) => true,
            Operation::Primitive(primitive, _) => {
                *primitive == Primitive::Capture || primitive.effect() == Effect::Allocate
            }
            _ => false,
        };
        if allocates && self.returned {
            return Err(Raise::Broken(
                "no poll between return and allocation".to_owned(),
            ));
        }
        Ok(())
    }
}
