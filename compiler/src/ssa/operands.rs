//! Which values operations, conditions and terminators use.

use super::ir::{
    BlockId, Callee, Condition, Operation, Switch, SwitchKey, Target, Terminator, ValueId,
};

impl Operation {
    /// Calls `visit` with every use of a value, in operand order.
    pub fn each_use(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::Literal(_)
            | Self::Word(_)
            | Self::Raw(_)
            | Self::GlobalRef(_)
            | Self::CellRef(_)
            | Self::StaticClosure(_)
            | Self::MakeClosure(..)
            | Self::Poll => {}
            Self::GlobalSet(_, value)
            | Self::GlobalDefine(_, value)
            | Self::CellSet(_, value)
            | Self::CheckInitialized(value, _)
            | Self::AddSmall(value, _)
            | Self::ClosureRef(value, _)
            | Self::Raw1(_, value) => visit(*value),
            Self::ClosureInit(closure, _, value) => {
                visit(*closure);
                visit(*value);
            }
            Self::Raw2(_, a, b) => {
                visit(*a);
                visit(*b);
            }
            Self::Primitive(_, operands) | Self::CallHost(_, operands) => {
                operands.iter().copied().for_each(visit);
            }
            Self::Call(callee, operands) => {
                visit(*callee);
                operands.iter().copied().for_each(visit);
            }
            Self::CallKnown(_, closure, operands) => {
                closure.iter().chain(operands).copied().for_each(visit);
            }
        }
    }

    /// Calls `visit` with every use of a value, to be changed, in operand order.
    pub fn each_use_mut(&mut self, mut visit: impl FnMut(&mut ValueId)) {
        match self {
            Self::Literal(_)
            | Self::Word(_)
            | Self::Raw(_)
            | Self::GlobalRef(_)
            | Self::CellRef(_)
            | Self::StaticClosure(_)
            | Self::MakeClosure(..)
            | Self::Poll => {}
            Self::GlobalSet(_, value)
            | Self::GlobalDefine(_, value)
            | Self::CellSet(_, value)
            | Self::CheckInitialized(value, _)
            | Self::AddSmall(value, _)
            | Self::ClosureRef(value, _)
            | Self::Raw1(_, value) => visit(value),
            Self::ClosureInit(closure, _, value) => {
                visit(closure);
                visit(value);
            }
            Self::Raw2(_, a, b) => {
                visit(a);
                visit(b);
            }
            Self::Primitive(_, operands) | Self::CallHost(_, operands) => {
                operands.iter_mut().for_each(visit);
            }
            Self::Call(callee, operands) => {
                visit(callee);
                operands.iter_mut().for_each(visit);
            }
            Self::CallKnown(_, closure, operands) => {
                closure.iter_mut().chain(operands).for_each(visit);
            }
        }
    }
}

impl Condition {
    /// Calls `visit` with every use of a value.
    pub fn each_use(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::True(value)
            | Self::Type(_, value)
            | Self::EqWord(value, _)
            | Self::CompareSmall(_, value, _) => visit(*value),
            Self::Eq(a, b)
            | Self::Compare(_, a, b)
            | Self::CompareF64(_, a, b)
            | Self::CompareI64(_, a, b)
            | Self::CompareU64(_, a, b) => {
                visit(*a);
                visit(*b);
            }
        }
    }

    /// Whether it is about `value`.
    pub fn uses(&self, value: ValueId) -> bool {
        let mut found = false;
        self.each_use(|used| found |= used == value);
        found
    }

    /// Calls `visit` with every use of a value, to be changed.
    pub fn each_use_mut(&mut self, mut visit: impl FnMut(&mut ValueId)) {
        match self {
            Self::True(value)
            | Self::Type(_, value)
            | Self::EqWord(value, _)
            | Self::CompareSmall(_, value, _) => visit(value),
            Self::Eq(a, b)
            | Self::Compare(_, a, b)
            | Self::CompareF64(_, a, b)
            | Self::CompareI64(_, a, b)
            | Self::CompareU64(_, a, b) => {
                visit(a);
                visit(b);
            }
        }
    }
}

impl Terminator {
    /// Calls `visit` with every use of a value, jump arguments included.
    pub fn each_use(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Self::None => {}
            Self::Jump(target) => target.arguments.iter().copied().for_each(visit),
            Self::Branch(condition, yes, no) => {
                condition.each_use(&mut visit);
                let arguments = yes.arguments.iter().chain(&no.arguments);
                arguments.copied().for_each(visit);
            }
            Self::Switch(switch) => {
                visit(switch.value);
                let targets = switch.cases.iter().map(|(_, target)| target);
                let arguments = targets.chain([&switch.default]).flat_map(|t| &t.arguments);
                arguments.copied().for_each(visit);
            }
            Self::Return(value) => visit(*value),
            Self::ReturnValues(values) => values.iter().copied().for_each(visit),
            Self::TailCall(callee, operands) => {
                visit(*callee);
                operands.iter().copied().for_each(visit);
            }
            Self::TailCallKnown(_, closure, operands) => {
                closure.iter().chain(operands).copied().for_each(visit);
            }
            Self::TailApply(a, b) | Self::Reinstate(a, b) | Self::ReinstateValue(a, b) => {
                visit(*a);
                visit(*b);
            }
            Self::CallReceive {
                callee, arguments, ..
            } => {
                callee
                    .closure()
                    .iter()
                    .chain(arguments)
                    .copied()
                    .for_each(visit);
            }
        }
    }

    /// Calls `visit` with every use of a value, to be changed.
    pub fn each_use_mut(&mut self, mut visit: impl FnMut(&mut ValueId)) {
        match self {
            Self::None => {}
            Self::Jump(target) => target.arguments.iter_mut().for_each(visit),
            Self::Branch(condition, yes, no) => {
                condition.each_use_mut(&mut visit);
                yes.arguments
                    .iter_mut()
                    .chain(&mut no.arguments)
                    .for_each(visit);
            }
            Self::Switch(switch) => {
                visit(&mut switch.value);
                let targets = switch.cases.iter_mut().map(|(_, target)| target);
                targets
                    .chain([&mut switch.default])
                    .flat_map(|target| &mut target.arguments)
                    .for_each(visit);
            }
            Self::Return(value) => visit(value),
            Self::ReturnValues(values) => values.iter_mut().for_each(visit),
            Self::TailCall(callee, operands) => {
                visit(callee);
                operands.iter_mut().for_each(visit);
            }
            Self::TailCallKnown(_, closure, operands) => {
                closure.iter_mut().chain(operands).for_each(visit);
            }
            Self::TailApply(a, b) | Self::Reinstate(a, b) | Self::ReinstateValue(a, b) => {
                visit(a);
                visit(b);
            }
            Self::CallReceive {
                callee, arguments, ..
            } => {
                if let Callee::Value(value) | Callee::Known(_, Some(value)) = callee {
                    visit(value);
                }
                arguments.iter_mut().for_each(visit);
            }
        }
    }

    /// The jumps that carry arguments: none for a receiving call.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (cases, first, second) = match self {
            Self::Jump(target) => (&[][..], Some(target), None),
            Self::Branch(_, yes, no) => (&[][..], Some(yes), Some(no)),
            Self::Switch(switch) => (&switch.cases[..], Some(&switch.default), None),
            _ => (&[][..], None, None),
        };
        let cases = cases.iter().map(|(_, target)| target);
        cases.chain(first).chain(second)
    }

    /// The jumps that carry arguments, to be changed.
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let (cases, first, second) = match self {
            Self::Jump(target) => (&mut [][..], Some(target), None),
            Self::Branch(_, yes, no) => (&mut [][..], Some(yes), Some(no)),
            Self::Switch(switch) => (&mut switch.cases[..], Some(&mut switch.default), None),
            _ => (&mut [][..], None, None),
        };
        let cases = cases.iter_mut().map(|(_, target)| target);
        cases.chain(first).chain(second)
    }

    /// All blocks that may run next, in order; a block may come twice.
    pub fn successors(&self) -> impl Iterator<Item = BlockId> {
        let receiving = match self {
            Self::CallReceive { block, .. } => Some(*block),
            _ => None,
        };
        self.targets().map(|target| target.block).chain(receiving)
    }

    /// Calls `visit` with all blocks that may run next, in order; a block may come twice.
    #[inline]
    pub fn each_successor(&self, mut visit: impl FnMut(BlockId)) {
        match self {
            Self::Jump(target) => visit(target.block),
            Self::Branch(_, yes, no) => {
                visit(yes.block);
                visit(no.block);
            }
            Self::Switch(switch) => {
                for (_, target) in &switch.cases {
                    visit(target.block);
                }
                visit(switch.default.block);
            }
            Self::CallReceive { block, .. } => visit(*block),
            _ => {}
        }
    }

    /// All blocks that may run next, to be changed.
    pub fn successors_mut(&mut self) -> impl Iterator<Item = &mut BlockId> {
        let (cases, first, second) = match self {
            Self::Jump(target) => (&mut [][..], Some(&mut target.block), None),
            Self::Branch(_, yes, no) => (&mut [][..], Some(&mut yes.block), Some(&mut no.block)),
            Self::Switch(switch) => (&mut switch.cases[..], Some(&mut switch.default.block), None),
            Self::CallReceive { block, .. } => (&mut [][..], Some(block), None),
            _ => (&mut [][..], None, None),
        };
        let cases = cases.iter_mut().map(|(_, target)| &mut target.block);
        cases.chain(first).chain(second)
    }
}

impl Switch {
    /// Where a value leads that is this immediate.
    pub fn target_of_word(&self, word: u64) -> &Target {
        let found = match (self.key, i32::try_from(word.cast_signed())) {
            (SwitchKey::Word, Ok(key)) => self.cases.binary_search_by_key(&key, |case| case.0).ok(),
            _ => None,
        };
        found.map_or(&self.default, |place| &self.cases[place].1)
    }
}

impl Callee {
    /// The closure that goes to the callee's slot 0.
    pub fn closure(&self) -> Option<ValueId> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Known(_, closure) => *closure,
        }
    }
}
