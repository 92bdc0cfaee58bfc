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
    above: Kept,
    /// What branches back have brought.
    below: Kept,
    /// What is assumed, in this round.
    assumed: Kept,
}

/// A state that is kept, if it is there.
#[derive(Debug, Default)]
struct Kept {
    state: State,
    /// How many bytes were counted for it; 0 if it is not there.
    bytes: usize,
}

impl Kept {
    fn get(&self) -> Option<&State> {
        (self.bytes > 0).then_some(&self.state)
    }
}

/// The bytes of all states that are kept.
#[derive(Debug, Default)]
struct Account {
    bytes: usize,
    bytes_max: usize,
}

impl Account {
    /// Keeps what is known on one more way: what is known on all of them.
    fn keep(&mut self, kept: &mut Kept, now: &State) -> Result<(), CodeProblem> {
        if kept.bytes > 0 {
            kept.state.meet(now);
            return Ok(());
        }
        kept.state.copy_from(now);
        kept.bytes = now.bytes();
        self.bytes += kept.bytes;
        if self.bytes > self.bytes_max {
            return Err(CodeProblem::Flow {
                what: "too many branches across too large frames",
            });
        }
        Ok(())
    }

    /// Forgets a state. Its memory is used again.
    fn forget(&mut self, kept: &mut Kept) {
        self.bytes -= std::mem::take(&mut kept.bytes);
    }
}

/// The ways to instructions of a procedure that were found.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// For each byte: see [`scan`]. Anything else is one more than the number of the state that waits there.
    pub(super) places: Vec<u32>,
    waiting: Vec<Kept>,
    /// Numbers of states that nobody uses.
    unused: Vec<u32>,
    headers: Vec<Header>,
    /// Whether a branch back brought less than was assumed.
    pub(super) has_changed: bool,
    account: Account,
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
                    self.waiting.push(Kept::default());
                }
                self.places[index] = number + 1;
                self.account.keep(&mut self.waiting[number as usize], now)
            }
            place if place & HEADER == 0 => {
                let waiting = &mut self.waiting[place as usize - 1];
                self.account.keep(waiting, now)
            }
            place if target > from => {
                let header = &mut self.headers[(place & !HEADER) as usize];
                self.account.keep(&mut header.above, now)
            }
            place => self.lead_back((place & !HEADER) as usize, now, target),
        }
    }

    fn lead_back(&mut self, header: usize, now: &State, target: u32) -> Result<(), CodeProblem> {
        if now.since <= target {
            return Err(CodeProblem::NoPoll { target });
        }
        let header = &mut self.headers[header];
        let is_assumed = header.assumed.get();
        if is_assumed.is_some_and(|assumed| now.is_as_good_as(assumed)) {
            return Ok(());
        }
        self.has_changed = true;
        self.account.keep(&mut header.below, now)
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
        let waiting = &mut self.waiting[number as usize];
        join(now, &waiting.state, is_reached);
        self.account.forget(waiting);
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
        for way in [&header.above, &header.below] {
            if let Some(way) = way.get() {
                join(now, way, is_reached);
                is_reached = true;
            }
        }
        self.account.forget(&mut header.above);
        self.account.forget(&mut header.assumed);
        if is_reached {
            now.since = now.since.min(offset);
            self.account.keep(&mut header.assumed, now)?;
        }
        Ok(is_reached)
    }

    /// Begins a procedure with so many headers.
    pub(super) fn begin(&mut self, headers: u32, code_bytes: usize) {
        self.waiting.truncate(64);
        self.waiting.iter_mut().for_each(|kept| kept.bytes = 0);
        self.unused.clear();
        self.unused.extend(0..self.waiting.len() as u32);
        self.headers.clear();
        self.headers.resize_with(headers as usize, Header::default);
        self.account.bytes = 0;
        self.account.bytes_max = STATE_BYTES + STATE_BYTES_PER_BYTE * code_bytes;
    }
}

/// Makes `now` what is known where one more way meets those before, if there are any.
fn join(now: &mut State, way: &State, is_reached: bool) {
    if is_reached {
        now.meet(way);
    } else {
        now.copy_from(way);
    }
}
