//! Operations of random procedures: arithmetic, accesses with and without a guard, conditions.

use super::body::Body;
use abi::tag;

use super::{FIRST_BIG, Kind, RECORD_TYPE, WORD_COUNT, WORD_MAX};

/// What is done with a part of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A part that all objects of a kind have, and the primitives for it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    kind: Kind,
    read: &'static str,
    write: &'static str,
}

pub(super) const CAR: Field = Field {
    kind: Kind::Pair,
    read: "car",
    write: "set-car!",
};

const CDR: Field = Field {
    kind: Kind::Pair,
    read: "cdr",
    write: "set-cdr!",
};

/// What is in a box.
pub(super) const CONTENT: Field = Field {
    kind: Kind::Box,
    read: "%box-ref",
    write: "%box-set!",
};

impl Body<'_> {
    pub(super) fn compute(&mut self) {
        match self.choices.below(17) {
            0..=8 => self.compute_exact(),
            9..=12 => self.compute_inexact(),
            13 => {
                let (a, b) = (self.any(), self.any());
                let name = self.choices.pick(&["eq?", "eqv?"]);
                self.define(&format!("(primitive {name} v{a} v{b})"), Kind::Any)
            }
            14 => {
                let (a, b) = (self.pick(Kind::Integer), self.pick(Kind::Integer));
                let name = self.choices.pick(&["<", "=", ">="]);
                self.define(&format!("(primitive {name} v{a} v{b})"), Kind::Any)
            }
            _ => self.compute_with_constant(),
        };
    }

    fn compute_exact(&mut self) -> u32 {
        let (a, b) = (self.pick(Kind::Integer), self.pick(Kind::Integer));
        let small = self.choices.pick(&[1, -1, 2, -2, 7, 32767, -32768]);
        let exact = self.choices.pick(&["+", "-", "*", "+", "-"]);
        let divide = self.choices.pick(&["quotient", "remainder", "modulo"]);
        let names = ["bitwise-and", "bitwise-ior", "bitwise-xor"];
        let bitwise = self.choices.pick(&names);
        let operation = match self.choices.below(10) {
            0 => format!("(primitive + v{a} v{a})"),
            1..=3 => format!("(primitive {exact} v{a} v{b})"),
            4 | 5 => format!("(add-small v{a} {small})"),
            6 => {
                let by = self.choices.pick(&[1, 2, 3, 7, -2, 256]);
                let by = match self.choices.below(4) {
                    0 => b,
                    _ => self.define(&format!("(fixnum {by})"), Kind::Integer),
                };
                format!("(primitive {divide} v{a} v{by})")
            }
            7 | 8 => format!("(primitive {bitwise} v{a} v{b})"),
            _ => {
                let by = self.choices.pick(&[1, 3, 8, 32, 60, 64, -1, -4, -61]);
                let by = self.define(&format!("(fixnum {by})"), Kind::Integer);
                format!("(primitive arithmetic-shift v{a} v{by})")
            }
        };
        self.define(&operation, Kind::Integer)
    }

    /// Two numbers about where the bounds of ranges end: a product, and what comes of it.
    fn beyond_limits(&mut self) -> (u32, u32) {
        let (a, b) = (self.limb(), self.limb());
        let product = self.define(&format!("(primitive * v{a} v{b})"), Kind::Integer);
        let (name, by) = match self.choices.below(6) {
            0 => ("*", a),
            1 => ("-", b),
            2 => ("+", a),
            3 => ("*", product),
            _ => ("+", product),
        };
        let more = format!("(primitive {name} v{product} v{by})");
        (product, self.define(&more, Kind::Integer))
    }

    /// An integer of about 64 bits.
    fn limb(&mut self) -> u32 {
        let literal = FIRST_BIG + self.choices.below(WORD_COUNT) as u32;
        let fixnum = (self.choices).pick(&[1 << 59, tag::FIXNUM_MAX, tag::FIXNUM_MIN]);
        let operation = match self.choices.below(3) {
            0 => format!("(fixnum {fixnum})"),
            _ => format!("(literal {literal})"),
        };
        self.define(&operation, Kind::Integer)
    }

    fn compute_inexact(&mut self) -> u32 {
        let x = self.pick(Kind::Flonum);
        if self.choices.one_in(4) {
            let names = ["abs", "square", "inexact", "floor", "sqrt"];
            let name = self.choices.pick(&names);
            return self.define(&format!("(primitive {name} v{x})"), Kind::Flonum);
        }
        let name = self.choices.pick(&["+", "-", "*", "/", "%max", "%min"]);
        let exact = self.choices.one_in(4);
        let y = self.pick(if exact { Kind::Integer } else { Kind::Flonum });
        let (x, y) = self.either_way(x, y, 2);
        self.define(&format!("(primitive {name} v{x} v{y})"), Kind::Flonum)
    }

    /// Arithmetic of which a rule could think that it changes nothing.
    fn compute_with_constant(&mut self) -> u32 {
        let kind = self.choices.pick(&[Kind::Integer, Kind::Flonum]);
        let x = match kind {
            Kind::Flonum if self.choices.one_in(2) => self.define("(literal 1)", kind),
            _ => self.pick(kind),
        };
        let constants = ["(fixnum 0)", "(fixnum 1)", "(literal 1)"];
        let constant = self.choices.pick(&constants);
        let y = self.define(constant, Kind::Integer);
        let (x, y) = self.either_way(x, y, 4);
        if self.choices.one_in(4) {
            let x = self.pick(Kind::Integer);
            let mask = self.define(&format!("(literal {WORD_MAX})"), Kind::Integer);
            let word = format!("(primitive bitwise-and v{x} v{mask})");
            let word = self.define(&word, Kind::Integer);
            return self.define(
                &format!("(primitive bitwise-xor v{word} v{mask})"),
                Kind::Integer,
            );
        }
        let name = self.choices.pick(&["+", "-", "*", "+", "-"]);
        self.define(&format!("(primitive {name} v{x} v{y})"), kind)
    }

    /// What was read before, perhaps with a store in between, into the same object or another one.
    pub(super) fn repeat(&mut self) {
        let is_here = |each: &&(String, Kind)| self.is_all_in_scope(&each.0);
        let here: Vec<(String, Kind)> = self.read.iter().filter(is_here).cloned().collect();
        if here.is_empty() {
            return self.access();
        }
        let (read, kind) = here[self.choices.below(here.len())].clone();
        if !self.choices.one_in(3) {
            let value = self.any();
            let store = read
                .replace("(primitive car", "(primitive set-car!")
                .replace("(primitive cdr", "(primitive set-cdr!")
                .replace("-ref", "-set!");
            let is_string = store.contains("string") || store.contains("bytevector");
            if store != read && !is_string {
                let before = store.trim_end_matches(')');
                self.effect(&format!("{before} v{value})"));
            }
        }
        let result = self.define(&read, kind);
        self.trace(result);
    }

    /// An object with elements and an index, rather such as went together before.
    fn object_and_index(&mut self, kind: Kind) -> (u32, u32) {
        let is_here = |&&(object, index, of): &&(u32, u32, Kind)| {
            of == kind && self.is_in_scope(object) && self.is_in_scope(index)
        };
        let here: Vec<_> = self.accessed.iter().filter(is_here).copied().collect();
        if !here.is_empty() && self.choices.one_in(3) {
            let (object, index, _) = self.choices.pick(&here);
            return (object, index);
        }
        let (object, index) = (self.pick(kind), self.index());
        self.accessed.push((object, index, kind));
        (object, index)
    }

    /// Two operands, exchanged once in so many times.
    fn either_way(&mut self, x: u32, y: u32, times: usize) -> (u32, u32) {
        if self.choices.one_in(times) {
            (y, x)
        } else {
            (x, y)
        }
    }

    /// An index: rather the counter of a loop.
    pub(super) fn index(&mut self) -> u32 {
        let counters: Vec<u32> = self.turns.iter().map(|turn| turn.counter).collect();
        if counters.is_empty() || self.choices.one_in(6) {
            return match self.choices.below(3) {
                0 => self.pick(Kind::Integer),
                _ => self.define("(fixnum 0)", Kind::Integer),
            };
        }
        self.choices.pick(&counters)
    }

    pub(super) fn access(&mut self) {
        let access = if self.choices.one_in(3) {
            Access::Write
        } else {
            Access::Read
        };
        match self.choices.below(9) {
            0..=2 => self.access_element(Kind::Vector, access),
            3 => self.access_element(Kind::Bytevector, access),
            4 => self.access_element(Kind::String, access),
            5 | 6 => {
                let field = self.choices.pick(&[CAR, CDR]);
                self.access_field(field, access);
            }
            7 => self.access_field(CONTENT, access),
            _ => self.record(access),
        }
    }

    pub(super) fn access_field(&mut self, field: Field, access: Access) {
        let Field { kind, read, write } = field;
        let object = self.pick(kind);
        if access == Access::Write {
            let value = self.any();
            self.effect(&format!("(primitive {write} v{object} v{value})"));
        } else {
            let operation = format!("(primitive {read} v{object})");
            self.define(&operation, Kind::Any);
            self.read.push((operation, Kind::Any));
        }
    }

    /// An access on one of two ways, and the same one where they meet.
    pub(super) fn access_apart(&mut self) {
        let kinds = [Kind::Vector, Kind::Bytevector, Kind::String];
        let kind = self.choices.pick(&kinds);
        let name = match kind {
            Kind::Vector => "vector-ref",
            Kind::Bytevector => "bytevector-u8-ref",
            _ => "string-ref",
        };
        let count = self.choices.below(3);
        let object = self.sized(kind, count);
        let index = format!("(fixnum {})", self.choices.below(4));
        let index = self.define(&index, Kind::Integer);
        let access = format!("(primitive {name} v{object} v{index})");
        let condition = self.condition();
        let (way, join) = (self.block(), self.block());
        let (yes, no) = self.either_way(way as u32, join as u32, 2);
        self.end(&format!("(branch {condition} (b{yes}) (b{no}))"));
        let known = self.scope.len();
        self.current = way;
        self.define(&access, Kind::Any);
        if self.choices.one_in(3) {
            self.go_on();
        } else {
            self.end(&format!("(jump (b{join}))"));
        }
        self.scope.truncate(known);
        self.current = join;
        self.define(&access, Kind::Any);
    }

    fn access_element(&mut self, kind: Kind, access: Access) {
        let (object, index) = self.object_and_index(kind);
        let (name, item) = match kind {
            Kind::Vector => ("vector", Kind::ALL[self.choices.below(2)]),
            Kind::Bytevector => ("bytevector-u8", Kind::Integer),
            _ => ("string", Kind::Character),
        };
        if self.choices.one_in(5) {
            let name = name.trim_end_matches("-u8");
            let length = format!("(primitive {name}-length v{object})");
            self.define(&length, Kind::Integer);
            return;
        }
        let is_guarded = self.choices.one_in(2);
        let guarded = is_guarded.then(|| self.guard(name, object, index));
        if access == Access::Write {
            let mut value = self.pick(item);
            if kind == Kind::Bytevector && !self.choices.one_in(8) {
                let mask = self.define("(fixnum 255)", Kind::Integer);
                let masked = format!("(primitive bitwise-and v{value} v{mask})");
                value = self.define(&masked, Kind::Integer);
            }
            self.effect(&format!(
                "(primitive {name}-set! v{object} v{index} v{value})"
            ));
        } else {
            let item = if kind == Kind::Vector {
                Kind::Any
            } else {
                item
            };
            let operation = format!("(primitive {name}-ref v{object} v{index})");
            self.define(&operation, item);
            self.read.push((operation, item));
        }
        if let Some((join, known)) = guarded {
            self.end(&format!("(jump (b{join}))"));
            self.scope.truncate(known);
            self.current = join;
        }
    }

    /// What follows is done only where the index is below the length; then all meets in a block.
    pub(super) fn guard(&mut self, name: &str, object: u32, index: u32) -> (usize, usize) {
        let name = name.trim_end_matches("-u8");
        let operation = format!("(primitive {name}-length v{object})");
        let length = self.define(&operation, Kind::Integer);
        let (above, inside, join) = (self.block(), self.block(), self.block());
        let zero = self.choices.pick(&["<", "<", "<="]);
        self.end(&format!(
            "(branch (compare-small {zero} v{index} 0) (b{join}) (b{above}))"
        ));
        self.current = above;
        let (yes, no) = (format!("(b{inside})"), format!("(b{join})"));
        let end = match self.choices.below(4) {
            0 => format!("(branch (compare >= v{index} v{length}) {no} {yes})"),
            1 => format!("(branch (compare > v{length} v{index}) {yes} {no})"),
            2 => format!("(branch (compare <= v{length} v{index}) {no} {yes})"),
            _ => format!("(branch (compare < v{index} v{length}) {yes} {no})"),
        };
        self.end(&end);
        self.current = inside;
        (join, self.scope.len())
    }

    pub(super) fn record(&mut self, access: Access) {
        let of = self.define(&format!("(global-ref {RECORD_TYPE})"), Kind::Any);
        self.scope.pop();
        let (a, b) = (self.any(), self.any());
        let record = self.define(
            &format!("(primitive %make-record v{of} v{a} v{b})"),
            Kind::Any,
        );
        let at = self.define("(fixnum 1)", Kind::Integer);
        if access == Access::Write {
            self.effect(&format!(
                "(primitive %record-set! v{record} v{of} v{at} v{a})"
            ));
        }
        self.define(
            &format!("(primitive %record-ref v{record} v{of} v{at})"),
            Kind::Any,
        );
    }

    /// A condition: now and then one that was tested before.
    pub(super) fn condition(&mut self) -> String {
        if self.choices.one_in(3) {
            let is_here = |condition: &&String| self.is_all_in_scope(condition);
            let here: Vec<String> = self.tested.iter().filter(is_here).cloned().collect();
            if !here.is_empty() {
                return here[self.choices.below(here.len())].clone();
            }
        }
        let condition = self.new_condition();
        self.tested.push(condition.clone());
        condition
    }

    pub(super) fn new_condition(&mut self) -> String {
        let relation = self.choices.pick(&["<", "=", ">", "<=", ">="]);
        match self.choices.below(9) {
            8 => {
                let (product, more) = self.beyond_limits();
                let (a, b) = self.either_way(product, more, 2);
                format!("(compare {relation} v{a} v{b})")
            }
            0 | 1 => {
                let (a, b) = (self.pick(Kind::Integer), self.pick(Kind::Integer));
                format!("(compare {relation} v{a} v{b})")
            }
            2 => {
                let a = self.pick(Kind::Integer);
                self.compared = Some(a);
                let small = self.choices.pick(&[0, 1, -1, 5, 255, 32767]);
                format!("(compare-small {relation} v{a} {small})")
            }
            3 => {
                let (a, b) = (self.pick(Kind::Flonum), self.pick(Kind::Flonum));
                format!("(compare {relation} v{a} v{b})")
            }
            4 => {
                let (a, b) = (self.any(), self.any());
                format!("(eq v{a} v{b})")
            }
            5 => format!("(true v{})", self.any()),
            _ => {
                let test = self.choices.pick(&[
                    "pair?",
                    "fixnum?",
                    "flonum?",
                    "vector?",
                    "null?",
                    "exact-integer?",
                    "boolean?",
                ]);
                format!("(type {test} v{})", self.any())
            }
        }
    }
}
