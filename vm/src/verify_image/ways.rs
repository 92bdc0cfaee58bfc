//! The ways to instructions of a procedure: what they bring waits where it is needed.

use super::error::CodeProblem;
use super::scan::{HEADER, NO_START, START};
use super::slots::State;

/// Bytes that states may take, beside so many for each byte of code.
const STATE_BYTES: usize = 64 << 20;
const STATE_BYTES_PER_BYTE: usize = 32;

/// An instruction to which a branch leads back.
#[derive(Debug, Default)]
struct Header {
    /// What the ways from above bring, in this round.
    above: Option<State>,
    /// What branches back have brought.
    below: Option<State>,
    /// What is assumed, in this round.
    assumed: Option<State>,
}

/// The ways to instructions of a procedure that were found.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// For each byte: see [`scan`]. Anything else is one more than the number of the state that waits there.
    pub(super) places: Vec<u32>,
    waiting: Vec<State>,
    /// Numbers of states that nobody uses.
    unused: Vec<u32>,
    headers: Vec<Header>,
    /// Whether a branch back brought less than was assumed.
    pub(super) has_changed: bool,
    state_bytes: usize,
    state_bytes_max: usize,
}

impl Ways {
    /// Notes that `now`, behind the instruction at `from`, leads to the instruction at `target`.
    pub(super) fn lead(&mut self, now: &State, from: u32, target: i64) -> Result<(), CodeProblem> {
        let wrong = CodeProblem::BranchTarget { target };
        let index = usize::try_from(target).map_err(|_| wrong)?;
        let place = *self.places.get(index).ok_or(wrong)?;
        let target = index as u32;
        match place {
            NO_START => Err(wrong),
            START => {
                let number = self.unused.pop().unwrap_or(self.waiting.len() as u32);
                if number as usize == self.waiting.len() {
                    self.waiting.push(State::default());
                }
                self.waiting[number as usize].copy_from(now);
                self.places[index] = number + 1;
                self.count(now)
            }
            place if place & HEADER == 0 => {
                self.waiting[place as usize - 1].meet(now);
                Ok(())
            }
            place if target > from => {
                let header = (place & !HEADER) as usize;
                meet_with(&mut self.headers[header].above, now);
                self.count(now)
            }
            place => self.lead_back((place & !HEADER) as usize, now, target),
        }
    }

    fn lead_back(&mut self, header: usize, now: &State, target: u32) -> Result<(), CodeProblem> {
        if now.since <= target {
            return Err(CodeProblem::NoPoll { target });
        }
        let header = &mut self.headers[header];
        let is_assumed = header.assumed.as_ref();
        if !is_assumed.is_some_and(|assumed| now.is_as_good_as(assumed)) {
            meet_with(&mut header.below, now);
            self.has_changed = true;
            self.count(now)?;
        }
        Ok(())
    }

    /// Counts a state that is kept.
    fn count(&mut self, state: &State) -> Result<(), CodeProblem> {
        self.state_bytes += state.bytes();
        if self.state_bytes > self.state_bytes_max {
            return Err(CodeProblem::Flow {
                what: "too many branches across too large frames",
            });
        }
        Ok(())
    }

    /// Brings what waits at the instruction at `offset` into `now`, if `is_reached`; whether it is reached then.
    pub(super) fn arrive(
        &mut self,
        offset: u32,
        now: &mut State,
        is_reached: bool,
    ) -> Result<bool, CodeProblem> {
        let place = self.places[offset as usize];
        if place & HEADER != 0 {
            return self.arrive_at_header((place & !HEADER) as usize, offset, now, is_reached);
        }
        let number = place - 1;
        let waiting = &self.waiting[number as usize];
        self.state_bytes -= waiting.bytes().min(self.state_bytes);
        if is_reached {
            now.meet(waiting);
        } else {
            now.copy_from(waiting);
        }
        self.places[offset as usize] = START;
        self.unused.push(number);
        Ok(true)
    }

    fn arrive_at_header(
        &mut self,
        header: usize,
        offset: u32,
        now: &mut State,
        mut is_reached: bool,
    ) -> Result<bool, CodeProblem> {
        let header = &mut self.headers[header];
        for way in [&header.above, &header.below].into_iter().flatten() {
            if is_reached {
                now.meet(way);
            } else {
                now.copy_from(way);
            }
            is_reached = true;
        }
        header.above = None;
        header.assumed = None;
        if is_reached {
            now.since = now.since.min(offset);
            header.assumed.get_or_insert_default().copy_from(now);
            self.count(now)?;
        }
        Ok(is_reached)
    }

    /// Begins a procedure with so many headers.
    pub(super) fn begin(&mut self, headers: u32, code_bytes: usize) {
        self.waiting.truncate(64);
        self.unused.clear();
        self.unused.extend(0..self.waiting.len() as u32);
        self.headers.clear();
        self.headers.resize_with(headers as usize, Header::default);
        self.state_bytes = 0;
        self.state_bytes_max = STATE_BYTES + STATE_BYTES_PER_BYTE * code_bytes;
    }
}

/// Makes `known` what is known on its ways, and on another one.
fn meet_with(known: &mut Option<State>, other: &State) {
    match known {
        Some(known) => known.meet(other),
        None => known.get_or_insert_default().copy_from(other),
    }
}
