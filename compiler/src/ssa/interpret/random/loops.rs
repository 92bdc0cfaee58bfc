//! Branches that meet again, loops, and tests of one value against constants.

use super::body::{Body, Turn};
use super::operations::{Access, CAR, CONTENT};
use super::{CHANGING, Kind, jump, symbol};

/// Which way a counter goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// A loop over the elements of an object.
#[derive(Clone, Copy)]
struct Walk {
    kind: Kind,
    object: u32,
    length: u32,
    direction: Direction,
}

impl Body<'_> {
    /// A branch whose arms meet again.
    pub(super) fn branch(&mut self, depth: usize) {
        self.compared = None;
        let condition = self.condition();
        let compared = self.compared.take();
        let kinds: Vec<Kind> = (0..self.choices.below(3))
            .map(|_| self.choices.pick(&Kind::ALL))
            .collect();
        let (yes, no) = (self.block(), self.block());
        self.end(&format!("(branch {condition} (b{yes}) (b{no}))"));
        let known = self.scope.len();
        let mut jumps = Vec::new();
        for arm in [yes, no] {
            self.current = arm;
            if let Some(compared) = compared {
                self.define(&format!("(add-small v{compared} 1)"), Kind::Integer);
            }
            if self.choices.one_in(2) {
                self.statements(depth + 1);
            }
            if self.choices.one_in(12) {
                self.go_on();
            } else {
                let given: Vec<u32> = kinds.iter().map(|&kind| self.pick(kind)).collect();
                jumps.push((self.current, given));
            }
            self.scope.truncate(known);
        }
        let join = self.block();
        for (from, given) in &jumps {
            self.blocks[*from].end = jump(join, given);
        }
        for kind in kinds {
            let value = self.parameter(join);
            self.scope.push((value, kind));
        }
        self.current = join;
    }

    /// The next turn of the innermost loop, or a return.
    pub(super) fn go_on(&mut self) {
        let end = match self.turns.last().cloned() {
            Some(turn) => self.next_turn(&turn),
            None => format!("(return v{})", self.any()),
        };
        self.end(&end);
    }

    pub(super) fn next_turn(&mut self, turn: &Turn) -> String {
        let counter = turn.counter;
        let next = match self.choices.below(20) {
            0 => self.pick(Kind::Integer),
            _ => self.define(
                &format!("(add-small v{counter} {})", turn.step),
                Kind::Integer,
            ),
        };
        let mut given = vec![next];
        for &(variable, kind) in &turn.variables {
            given.push(self.next_of(turn, variable, kind));
        }
        jump(turn.header, &given)
    }

    /// What a variable of a loop is in the next turn.
    pub(super) fn next_of(&mut self, turn: &Turn, variable: u32, kind: Kind) -> u32 {
        if self
            .choices
            .one_in(if kind == Kind::Integer { 3 } else { 12 })
        {
            // The old value is used behind the update.
            let next = self.define(&format!("(add-small v{variable} 1)"), Kind::Integer);
            let other = self.any();
            if self.choices.one_in(3) {
                self.trace(variable);
            }
            match self.choices.below(3) {
                0 => self.define(
                    &format!("(primitive vector-ref v{other} v{variable})"),
                    Kind::Any,
                ),
                1 => self.define(
                    &format!("(primitive + v{variable} v{other})"),
                    Kind::Integer,
                ),
                _ => next,
            };
            return next;
        }
        if kind == Kind::Pair && self.choices.one_in(2) {
            return self.next_part(variable);
        }
        if kind == Kind::Flonum && self.choices.one_in(3) {
            let by = self.make(kind);
            return self.define(&format!("(primitive + v{variable} v{by})"), kind);
        }
        if turn.spare.1 == kind && self.choices.one_in(3) {
            return turn.spare.0;
        }
        // Now and then of another kind in later turns.
        let kind = if self.choices.one_in(12) {
            self.choices.pick(&Kind::ALL)
        } else {
            kind
        };
        self.pick(kind)
    }

    /// A part of a pair, which changes after it was read.
    fn next_part(&mut self, variable: u32) -> u32 {
        self.trace(variable);
        self.define(&format!("(primitive cdr v{variable})"), Kind::Any);
        let next = self.define(&format!("(primitive car v{variable})"), Kind::Pair);
        if self.choices.one_in(2) {
            let value = self.pick(Kind::Pair);
            self.effect(&format!("(primitive set-car! v{variable} v{value})"));
        } else {
            self.define(
                &format!("(call-known {CHANGING} #f v{variable})"),
                Kind::Any,
            );
        }
        next
    }

    /// An object with elements.
    pub(super) fn sized(&mut self, kind: Kind, count: usize) -> u32 {
        let operation = match kind {
            Kind::Vector => self.list_of("vector", count, None),
            Kind::Bytevector => {
                let byte = self.define("(fixnum 200)", Kind::Integer);
                self.list_of("bytevector", count, Some(byte))
            }
            _ => {
                let character = self.pick(Kind::Character);
                self.list_of("string", count, Some(character))
            }
        };
        self.define(&operation, kind)
    }

    pub(super) fn turns(&mut self, depth: usize) {
        let kinds = [Kind::Vector, Kind::Vector, Kind::Bytevector, Kind::String];
        let kind = self.choices.pick(&kinds);
        let few = self.choices.below(3);
        let spare = self.sized(kind, few);
        let object = if self.choices.one_in(2) {
            let many = 2 + self.choices.below(4);
            self.sized(kind, many)
        } else {
            self.pick(kind)
        };
        let direction = if self.choices.one_in(3) {
            Direction::Down
        } else {
            Direction::Up
        };
        let length = format!("(primitive {}-length v{object})", name_of(kind));
        let length = self.define(&length, Kind::Integer);
        let walk = Walk {
            kind,
            object,
            length,
            direction,
        };
        let (header, counter, variables) = self.enter_loop(walk);
        let seen = self.scope.iter().rev().find(|each| each.1 == kind);
        let seen = seen.map_or(object, |&(value, _)| value);
        if self.choices.one_in(3) {
            match self.choices.below(3) {
                0 => self.access_field(CAR, Access::Read),
                1 => self.access_field(CONTENT, Access::Read),
                _ => self.compute(),
            }
        }
        let stop = self.stop(walk, seen, counter);
        let (inside, behind) = (self.block(), self.block());
        self.end(&format!("(branch {stop} (b{behind}) (b{inside}))"));
        let known = self.scope.len();
        self.current = inside;
        let step = match (direction, self.choices.one_in(10)) {
            (Direction::Down, false) => -1,
            (Direction::Up, false) => 1,
            _ => self.choices.pick(&[2, -2]),
        };
        let turn = Turn {
            header,
            counter,
            step,
            variables,
            spare: (spare, kind),
        };
        self.turns.push(turn.clone());
        if self.choices.one_in(2) {
            let access = match kind {
                Kind::Bytevector => "bytevector-u8-ref",
                Kind::Vector => "vector-ref",
                _ => "string-ref",
            };
            let other = self.choices.one_in(4);
            let seen = if other { self.pick(kind) } else { seen };
            let access = format!("(primitive {access} v{seen} v{counter})");
            self.define(&access, Kind::Any);
        }
        self.statements(depth + 1);
        let end = self.next_turn(&turn);
        self.end(&end);
        self.turns.pop();
        self.scope.truncate(known);
        self.current = behind;
    }

    /// A loop without variables, that goes back by a branch.
    pub(super) fn bare_loop(&mut self, depth: usize) {
        let (header, inside, behind) = (self.block(), self.block(), self.block());
        self.end(&format!("(jump (b{header}))"));
        let known = self.scope.len();
        self.current = header;
        let cell = self.define("(cell-ref 0)", Kind::Any);
        self.scope.pop();
        let checked = format!("(check-initialized v{cell} \"cell\")");
        let count = self.define(&checked, Kind::Any);
        self.end(&format!(
            "(branch (compare-small < v{count} 5) (b{inside}) (b{behind}))"
        ));
        self.current = inside;
        let turns = std::mem::take(&mut self.turns);
        if self.choices.one_in(2) {
            self.statements(depth + 2);
        }
        self.turns = turns;
        let next = self.define(&format!("(add-small v{count} 1)"), Kind::Integer);
        self.effect(&format!("(cell-set! 0 v{next})"));
        let condition = self.condition();
        self.end(&format!("(branch {condition} (b{header}) (b{behind}))"));
        self.scope.truncate(known);
        self.current = behind;
    }

    /// Jumps to a new loop over an object: its header, its counter, and its other variables.
    fn enter_loop(&mut self, walk: Walk) -> (usize, u32, Vec<(u32, Kind)>) {
        let Walk {
            kind,
            object,
            length,
            direction,
        } = walk;
        let start = if direction == Direction::Down {
            self.define(&format!("(add-small v{length} -1)"), Kind::Integer)
        } else if self.choices.one_in(8) {
            self.pick(Kind::Integer)
        } else {
            self.define("(fixnum 0)", Kind::Integer)
        };
        let mut kinds = Vec::new();
        let mut given = vec![start];
        if !self.choices.one_in(3) {
            kinds.push(kind);
            given.push(object);
        }
        for _ in 0..self.choices.below(3) {
            let kind = self.choices.pick(&Kind::ALL);
            kinds.push(kind);
            let is_other = self.choices.one_in(16);
            given.push(if is_other {
                self.any()
            } else {
                self.pick(kind)
            });
        }
        if self.choices.one_in(20) {
            given[0] = self.any();
        }
        let header = self.block();
        self.end(&jump(header, &given));
        let counter = self.parameter(header);
        self.scope.push((counter, Kind::Integer));
        let mut variables = Vec::new();
        for &kind in &kinds {
            let value = self.parameter(header);
            self.scope.push((value, kind));
            variables.push((value, kind));
        }
        self.current = header;
        (header, counter, variables)
    }

    /// The condition that ends a loop; `seen` is the object in the loop.
    fn stop(&mut self, walk: Walk, seen: u32, counter: u32) -> String {
        let (name, outer_length) = (name_of(walk.kind), walk.length);
        if walk.direction == Direction::Down && !self.choices.one_in(8) {
            return format!("(compare-small < v{counter} 0)");
        }
        let relation = self.choices.pick(&["=", ">=", "=", ">="]);
        match self.choices.below(5) {
            0 | 1 => format!("(compare {relation} v{counter} v{outer_length})"),
            2 | 3 => {
                let length =
                    self.define(&format!("(primitive {name}-length v{seen})"), Kind::Integer);
                format!("(compare {relation} v{counter} v{length})")
            }
            _ => format!(
                "(compare-small {relation} v{counter} {})",
                self.choices.below(5)
            ),
        }
    }

    /// Tests of one value against constants, which may become a switch.
    pub(super) fn chain(&mut self, depth: usize) {
        let symbols = self.choices.one_in(2);
        let value = self.pick(if symbols { Kind::Symbol } else { Kind::Integer });
        let kind = self.choices.pick(&Kind::ALL);
        let join = self.block();
        let known = self.scope.len();
        for number in 0..3 + self.choices.below(8) {
            let (yes, no) = (self.block(), self.block());
            let condition = if symbols {
                let name = self.define(&format!("(literal {})", symbol(number)), Kind::Symbol);
                format!("(eq v{value} v{name})")
            } else {
                match self.choices.below(3) {
                    0 => format!("(compare-small = v{value} {number})"),
                    _ => format!("(eq-word v{value} {})", number << abi::tag::TAG_BITS),
                }
            };
            self.end(&format!("(branch {condition} (b{yes}) (b{no}))"));
            self.current = yes;
            if self.choices.one_in(6) {
                self.statements(depth + 2);
            }
            let given = self.pick(kind);
            let end = jump(join, &[given]);
            self.end(&end);
            self.scope.truncate(known);
            self.current = no;
        }
        let given = self.pick(kind);
        let end = jump(join, &[given]);
        self.end(&end);
        self.scope.truncate(known);
        let result = self.parameter(join);
        self.scope.push((result, kind));
        self.current = join;
    }
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Vector => "vector",
        Kind::Bytevector => "bytevector",
        _ => "string",
    }
}
