//! The ways through the code of a procedure: what is known of slots wherever two of them meet.
//!
//! Instructions are looked at in the order of their addresses. A branch forward leaves what is known at its target,
//! where it is met with what other ways bring. A branch back leads to a *header*. What is known there is assumed at
//! first: as much as the ways from above bring. Where a branch back brings less, all is looked at once more, with
//! less at the header. What is known only gets less, so that this ends. Every loop polls, and a map says what is
//! known behind a poll. So what a branch back brings depends on the headers behind its last poll only: two rounds are
//! usual. Loops in loops whose polls all stand far from their ends may take a round each; code that takes far more is
//! refused.
//!
//! So memory is a number for each byte of the procedure, and a state for each target that is not passed yet.

use abi::isa::Opcode;
use loader::Procedure;

use super::error::{CodeProblem, VerifyError};
use super::execute::execute;
use super::fresh::Fresh;
use super::headers::{SLOT_BYTES, entry_map};
use super::scan::{ProblemAt, START, instruction_bytes, scan};
use super::slots::State;
use super::step::{Next, Step, Surroundings};
use super::ways::Ways;

/// How often a procedure is looked at.
const ROUNDS_MAX: usize = 256;

/// Verifies the code of procedures, one after the other.
#[derive(Debug)]
pub(super) struct Flow<'a, 'image> {
    surroundings: &'a Surroundings<'image>,
    ways: Ways,
    now: State,
    fresh: Fresh,
}

impl<'a, 'image> Flow<'a, 'image> {
    pub(super) fn new(surroundings: &'a Surroundings<'image>) -> Self {
        Self {
            surroundings,
            ways: Ways::default(),
            now: State::default(),
            fresh: Fresh::default(),
        }
    }

    /// Verifies the code of a procedure whose header was verified.
    pub(super) fn verify(&mut self, procedure: &Procedure<'image>) -> Result<(), VerifyError> {
        self.rounds(procedure).map_err(|found| {
            let byte = procedure.code.get(found.offset as usize);
            let instruction = byte.and_then(|&byte| Opcode::from_byte(byte));
            VerifyError::Code {
                procedure: procedure.address,
                offset: found.offset,
                instruction: instruction.map_or("(none)", |opcode| opcode.mnemonic()),
                problem: found.problem,
            }
        })
    }

    fn rounds(&mut self, procedure: &Procedure<'image>) -> Result<(), ProblemAt> {
        let headers = scan(procedure.code, &mut self.ways.places)?;
        self.ways.begin(headers, procedure.code.len());
        for _ in 0..ROUNDS_MAX {
            self.ways.has_changed = false;
            self.round(procedure)?;
            if !self.ways.has_changed {
                return Ok(());
            }
        }
        Err(ProblemAt {
            offset: 0,
            problem: CodeProblem::Flow {
                what: "loops in loops bring less and less",
            },
        })
    }

    /// Looks at all instructions that are reached.
    fn round(&mut self, procedure: &Procedure<'image>) -> Result<(), ProblemAt> {
        let code = procedure.code;
        let map = entry_map(self.surroundings.procedures.contents, procedure);
        self.now.enter(map.expect("headers were verified"));
        self.fresh.clear();
        let mut last = 0;
        let mut offset = 0;
        let mut is_reached = true;
        while offset < code.len() {
            let start = offset as u32;
            let at = |problem| ProblemAt {
                offset: start,
                problem,
            };
            if self.ways.places[offset] != START {
                is_reached = (self.ways)
                    .arrive(start, &mut self.now, is_reached)
                    .map_err(at)?;
                self.fresh.clear();
            }
            let end = offset + instruction_bytes(code[offset]);
            if is_reached {
                let found = Opcode::from_byte(code[offset]).ok_or(CodeProblem::Opcode {
                    opcode: code[offset],
                });
                let mut step = Step {
                    surroundings: self.surroundings,
                    procedure,
                    slots: procedure.header.frame_bytes / SLOT_BYTES,
                    start,
                    end: end as u32,
                    now: &mut self.now,
                    fresh: &mut self.fresh,
                    ways: &mut self.ways,
                };
                let next = execute(&mut step, found.map_err(at)?, &code[offset + 1..end]);
                is_reached = next.map_err(at)? == Next::On;
            }
            last = start;
            offset = end;
        }
        if is_reached {
            return Err(ProblemAt {
                offset: last,
                problem: CodeProblem::FallsOut,
            });
        }
        Ok(())
    }
}
