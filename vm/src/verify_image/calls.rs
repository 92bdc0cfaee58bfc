//! Calls and returns: the callee finds what it takes, and the caller's frame is described meanwhile.

use abi::frame_map::SlotState;
use abi::isa::{CodeOffset, Count, Instruction, IntoReturned, Local, MapOffset};
use abi::primitive::PrimitiveClass;

use super::error::CodeProblem;
use super::headers::parameter_count;
use super::rules::primitive_of;
use super::slots::RETURNED;
use super::step::{Next, Step};

type Verdict = Result<(), CodeProblem>;

/// What stands in front of the return point.
struct Trailer {
    dst: IntoReturned,
    words: Count,
    map: MapOffset,
}

impl Step<'_, '_> {
    /// Calls and returns. `None`: the instruction is none of them.
    #[inline(always)]
    pub(super) fn call_or_return(
        &mut self,
        instruction: Instruction,
    ) -> Result<Option<Next>, CodeProblem> {
        use Instruction as I;
        let (done, next) = match instruction {
            I::Call {
                arguments,
                dst,
                words,
                map,
            } => {
                let callee = u32::from(words.0);
                self.read_values(callee, 1 + u32::from(arguments.0))?;
                (
                    self.returns_to(&Trailer { dst, words, map }, true),
                    Next::On,
                )
            }
            I::CallKnown {
                target,
                dst,
                words,
                map,
            } => (
                self.call_known(target, &Trailer { dst, words, map }),
                Next::On,
            ),
            I::CallHost {
                primitive,
                first,
                count,
                dst,
                words,
                map,
            } => {
                primitive_of(PrimitiveClass::Host, primitive, count.0)?;
                self.read_values(first.0.into(), count.0.into())?;
                (
                    self.returns_to(&Trailer { dst, words, map }, true),
                    Next::On,
                )
            }
            I::TailCall { arguments } | I::TailApply { arguments } => {
                self.read_values(0, 1 + u32::from(arguments.0))?;
                (self.gives(false), Next::Stop)
            }
            I::TailCallKnown { target } => (self.tail_call_known(target), Next::Stop),
            I::ReturnValue { src } => (self.return_value(src), Next::Stop),
            I::ReturnValues { first, count } => {
                self.read_values(first.0.into(), count.0.into())?;
                (self.gives(false), Next::Stop)
            }
            I::ReturnWord { word } => {
                Self::plain_value(i64::from(word.0).cast_unsigned())?;
                (self.gives(false), Next::Stop)
            }
            _ => return Ok(None),
        };
        done.map(|()| Some(next))
    }

    /// The procedure gives a value, or else a raw word: so its header has to say.
    fn gives(&self, is_raw: bool) -> Verdict {
        if self.procedure.header.returns_raw() == is_raw {
            Ok(())
        } else {
            Err(CodeProblem::ResultKind)
        }
    }

    fn return_value(&self, src: Local) -> Verdict {
        if self.procedure.header.returns_raw() {
            self.read_written(src.0.into())
        } else {
            self.read_tagged(src.0.into())
        }
    }

    /// A callee whose frame starts at a word of this one returns to behind the instruction.
    fn returns_to(&mut self, trailer: &Trailer, is_tagged: bool) -> Verdict {
        let &Trailer { dst, words, map } = trailer;
        let is_frame =
            words.0 >= 2 && words.0.is_multiple_of(2) && u32::from(words.0) <= self.slots;
        if !is_frame {
            return Err(CodeProblem::FrameWords {
                words: words.0,
                slots: self.slots,
            });
        }
        // The last word of the frame is the callee's return word.
        self.suspend_by(map, u32::from(words.0) - 1)?;
        self.write(dst.0.into(), is_tagged)?;
        // The callee polls when it is entered. Then it may allocate.
        self.now.since = self.start + 1;
        self.now.allocated = RETURNED;
        Ok(())
    }

    fn call_known(&mut self, target: CodeOffset, trailer: &Trailer) -> Verdict {
        let is_tagged = !self.gives_to_callee(target, trailer.words.0.into())?;
        self.returns_to(trailer, is_tagged)
    }

    fn tail_call_known(&mut self, target: CodeOffset) -> Verdict {
        let is_raw = self.gives_to_callee(target, 0)?;
        self.gives(is_raw)
    }

    /// The slots from one on hold what a procedure takes. Answers whether it returns a raw word.
    fn gives_to_callee(&mut self, target: CodeOffset, first: u32) -> Result<bool, CodeProblem> {
        let (callee, map) = self.procedure_at(target)?;
        // Behind the parameters, an entry map calls nothing live or raw.
        let taken = parameter_count(&callee.header) as usize + 1;
        for (slot, state) in (first..).zip(map.states().take(taken)) {
            match state {
                SlotState::Live => self.read_tagged(slot)?,
                SlotState::Raw => self.read_written(slot)?,
                SlotState::Dead | SlotState::Unused => {}
            }
        }
        Ok(callee.header.returns_raw())
    }
}
