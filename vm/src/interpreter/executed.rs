//! How handlers end.

use crate::interpreter::machine::Machine;

/// What a handler answers that has slow ways.
///
/// `Ok`: the instruction is done, and its executor goes on to the next one. `Err`: the machine comes from a
/// function that stands apart from the executor, since it raised, collected or did what is rarely done. The
/// executor returns this machine to the loop. So the call of that function is the last thing that the executor
/// does, and the executor saves no registers for it.
pub(super) type Executed = Result<Machine, Machine>;

/// What any handler answers.
pub(super) trait Ending {
    /// See [`Executed`].
    fn executed(self) -> Executed;

    /// The machine, however the handler ended.
    fn machine(self) -> Machine;
}

impl Ending for Machine {
    #[inline(always)]
    fn executed(self) -> Executed {
        Ok(self)
    }

    #[inline(always)]
    fn machine(self) -> Machine {
        self
    }
}

impl Ending for Executed {
    #[inline(always)]
    fn executed(self) -> Executed {
        self
    }

    #[inline(always)]
    fn machine(self) -> Machine {
        self.unwrap_or_else(|machine| machine)
    }
}

/// Does `$work` as part of the executor if `$is_short`, and else apart from it.
macro_rules! here_or_apart {
    ($is_short:expr, $work:ident($m:ident, $s:ident, $($operand:ident: $type:ty),*)) => {{
        #[cold]
        #[inline(never)]
        fn apart($m: &mut Mutator<'_>, $s: Machine, $($operand: $type),*) -> Machine {
            $work($m, $s, $($operand),*)
        }

        if $is_short {
            Ok($work($m, $s, $($operand),*))
        } else {
            Err(apart($m, $s, $($operand),*))
        }
    }};
}

pub(super) use here_or_apart;
