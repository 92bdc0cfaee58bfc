//! Procedures that the compiler adds, for operations that have instructions in tail position only.

use abi::procedure::APPLY_HELPER;

use crate::core::ir::SourcePlace;
use crate::id::IdVec;
use crate::ssa::ir::{Block, Procedure, Repr, Terminator, Value, ValueId};

/// A procedure that no lambda stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helper {
    /// `(lambda (procedure arguments) (%apply procedure arguments))`
    Apply,
    /// `(lambda (value ...) (values value ...))` with this many values: gives them to a caller who may
    /// expect another number.
    Values(u16),
}

impl Helper {
    /// The procedure.
    pub(super) fn procedure(self) -> Procedure {
        let (name, names, required) = match self {
            Self::Apply => (
                APPLY_HELPER,
                vec!["procedure".into(), "arguments".into()],
                2,
            ),
            Self::Values(count) => ("values", vec!["value".into(); usize::from(count)], count),
        };
        let values: IdVec<ValueId, Value> = names
            .iter()
            .map(|name: &std::rc::Rc<str>| Value {
                repr: Repr::Tagged,
                name: Some(name.clone()),
            })
            .collect();
        let parameters: Vec<ValueId> = values.ids().collect();
        let terminator = match self {
            Self::Apply => Terminator::TailApply(parameters[0], parameters[1]),
            Self::Values(_) => Terminator::ReturnValues(parameters.clone()),
        };
        Procedure {
            name: name.into(),
            required,
            optional: 0,
            rest: false,
            parameter_names: names,
            properties: None,
            result: Repr::Tagged,
            free: 0,
            blocks: IdVec::from_iter([Block {
                parameters,
                instructions: Vec::new(),
                terminator,
                place: SourcePlace::default(),
            }]),
            values,
            place: SourcePlace::default(),
        }
    }
}
