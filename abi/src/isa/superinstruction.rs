//! Superinstructions: which instructions do the work of two others, one after the other.
//!
//! The lists here are the only ones. Code generation combines pairs of instructions by them, and
//! takes superinstructions apart. The interpreter's handlers expand from them.
//!
//! A handler, a variant and operands are named as in the instruction table. Superinstructions of
//! which there is but one of a kind are in no list: `copy2`, `copy3`, `return_word`, `poll_cons`.

/// Calls `$visit!` once with every superinstruction that loads twice from objects: its handler and
/// variant, handlers and variants of both loads, and their operands behind `dst`, each by its name
/// in the first load and its name in the second. Either load may raise.
#[macro_export]
macro_rules! for_each_two_loads {
    ($visit:ident) => {
        $visit! {
            car_car = CarCar: car = Car, car = Car { pair pair2: Local };
            car_cdr = CarCdr: car = Car, cdr = Cdr { pair pair2: Local };
            cdr_car = CdrCar: cdr = Cdr, car = Car { pair pair2: Local };
            cdr_cdr = CdrCdr: cdr = Cdr, cdr = Cdr { pair pair2: Local };
            vector_ref2 = VectorRef2: vector_ref = VectorRef, vector_ref = VectorRef
                { vector vector2: Local, index index2: Local };
            closure_ref2 = ClosureRef2: closure_ref = ClosureRef, closure_ref = ClosureRef
                { closure closure2: Local, index index2: Index };
        }
    };
}

/// Calls `$visit!` once with every superinstruction that polls and branches: its handler and
/// variant, handler and variant of the branch, and the operands before `offset`. A comparison of numbers may ask for a
/// collection itself: `map` says that the branch has the map of the poll, too.
#[macro_export]
macro_rules! for_each_polled_branch {
    ($visit:ident) => {
        $visit! {
            poll_branch_null = PollBranchNull: branch_null = BranchNull { src: Local };
            poll_branch_not_null = PollBranchNotNull: branch_not_null = BranchNotNull { src: Local };
            poll_branch_pair = PollBranchPair: branch_pair = BranchPair { src: Local };
            poll_branch_not_pair = PollBranchNotPair: branch_not_pair = BranchNotPair { src: Local };
            poll_branch_less = PollBranchLess: branch_less = BranchLess { a: Local, b: Local } map;
            poll_branch_not_less = PollBranchNotLess: branch_not_less = BranchNotLess { a: Local, b: Local } map;
            poll_branch_equal_small = PollBranchEqualSmall: branch_equal_small = BranchEqualSmall
                { a: Local, value: Small } map;
            poll_branch_not_equal_small = PollBranchNotEqualSmall: branch_not_equal_small = BranchNotEqualSmall
                { a: Local, value: Small } map;
        }
    };
}

/// Calls `$visit!` once with every superinstruction that loads a cell and compares something with
/// what was loaded: its handler and variant, handler and variant of the branch.
#[macro_export]
macro_rules! for_each_cell_branch {
    ($visit:ident) => {
        $visit! {
            branch_eq_cell = BranchEqCell: branch_eq = BranchEq;
            branch_not_eq_cell = BranchNotEqCell: branch_not_eq = BranchNotEq;
        }
    };
}
