//! Calls of random procedures: known ones, recursive ones, through closures, for several values.

use abi::tag;

use super::body::Body;
use super::{APPLY, CAPTURING, IDENTITY, Kind, Known, VALUES, jump, listed};

impl Body<'_> {
    pub(super) fn call_something(&mut self) {
        let kind = self.choices.pick(&Kind::ALL);
        let value = self.pick(kind);
        match self.choices.below(6) {
            0 | 1 => {
                self.define(&format!("(call-known {CAPTURING} #f v{value})"), kind);
            }
            2 => {
                let identity = self.define(&format!("(global-ref {IDENTITY})"), Kind::Any);
                self.scope.pop();
                self.define(&format!("(call v{identity} v{value})"), kind);
            }
            _ => {
                let below = self.own.map_or(0, |own| own + 1);
                let candidates: Vec<Known> = self.procedures[below..].to_vec();
                if candidates.is_empty() {
                    self.recur();
                } else {
                    let known = &candidates[self.choices.below(candidates.len())];
                    self.call(known);
                }
            }
        }
    }

    fn required(&mut self, known: &Known) -> Vec<u32> {
        let mut arguments = Vec::new();
        for &kind in &known.parameters {
            // Where others give a flonum, this call may give an exact number.
            let is_exact = kind == Kind::Flonum && self.choices.one_in(3);
            arguments.push(self.pick(if is_exact { Kind::Integer } else { kind }));
        }
        arguments
    }

    /// Adds all that a known call gives behind the required arguments.
    fn complete(&mut self, known: &Known, arguments: &mut Vec<u32>) {
        let takes_optional = known.optional && self.choices.one_in(2);
        if takes_optional {
            arguments.push(self.any());
        } else if known.optional {
            let word = tag::DEFAULT.cast_signed();
            arguments.push(self.define(&format!("(word {word})"), Kind::Any));
            self.scope.pop();
        }
        if known.rest {
            // More arguments come only behind an optional one.
            let count = if takes_optional || !known.optional {
                self.choices.below(4)
            } else {
                0
            };
            arguments.push(self.rest_list(count));
        }
    }

    /// A list that nothing else names.
    fn rest_list(&mut self, count: usize) -> u32 {
        let operation = match count {
            0 => format!("(word {})", tag::NULL.cast_signed()),
            _ => self.list_of("list", count, None),
        };
        let list = self.define(&operation, Kind::Pair);
        self.scope.pop();
        list
    }

    /// Adds further arguments for a call that looks at the number of arguments; rarely one too many or too few.
    fn extend(&mut self, known: &Known, arguments: &mut Vec<u32>) {
        let most = usize::from(known.optional) + if known.rest { 3 } else { 0 };
        for _ in 0..self.choices.below(most + 1) {
            arguments.push(self.any());
        }
        match self.choices.below(40) {
            0 => {
                arguments.pop();
            }
            1 => arguments.push(self.any()),
            _ => {}
        }
    }

    pub(super) fn call(&mut self, known: &Known) -> u32 {
        let mut arguments = self.required(known);
        let number = known.number;
        if known.free.is_empty() {
            if self.choices.one_in(4) {
                self.extend(known, &mut arguments);
                let apply = self.define(&format!("(global-ref {APPLY})"), Kind::Any);
                let closure = self.define(&format!("(static-closure {number})"), Kind::Any);
                self.scope.truncate(self.scope.len() - 2);
                let given = listed(&arguments);
                return self.define(&format!("(call v{apply} v{closure}{given})"), known.result);
            }
            self.complete(known, &mut arguments);
            let given = listed(&arguments);
            return self.define(&format!("(call-known {number} #f{given})"), known.result);
        }
        let closure = self.closure(known);
        if self.choices.one_in(3) {
            self.extend(known, &mut arguments);
            let given = listed(&arguments);
            return self.define(&format!("(call v{closure}{given})"), known.result);
        }
        self.complete(known, &mut arguments);
        let given = listed(&arguments);
        self.define(
            &format!("(call-known {number} v{closure}{given})"),
            known.result,
        )
    }

    /// A closure of a procedure.
    fn closure(&mut self, known: &Known) -> u32 {
        let number = known.number;
        if known.free.is_empty() {
            let closure = self.define(&format!("(static-closure {number})"), Kind::Any);
            self.scope.pop();
            return closure;
        }
        let free: Vec<u32> = known.free.iter().map(|&kind| self.pick(kind)).collect();
        let count = free.len();
        let closure = self.define(&format!("(make-closure {number} {count})"), Kind::Any);
        self.scope.pop();
        for (index, value) in free.iter().enumerate() {
            self.effect(&format!("(closure-init v{closure} {index} v{value})"));
        }
        closure
    }

    /// Ends the procedure, now and then, by applying one of those behind it to a list.
    pub(super) fn tail_apply(&mut self, result: u32) {
        let below = self.own.map_or(0, |own| own + 1);
        let candidates: Vec<Known> = self.procedures[below..].to_vec();
        if candidates.is_empty() || !self.choices.one_in(3) {
            return;
        }
        let known = &candidates[self.choices.below(candidates.len())];
        self.trace(result);
        let mut arguments = self.required(known);
        self.extend(known, &mut arguments);
        let closure = self.closure(known);
        let list = self.define(
            &format!("(primitive list{})", listed(&arguments)),
            Kind::Pair,
        );
        self.end(&format!("(tail-apply v{closure} v{list})"));
    }

    /// A call of the procedure itself, with a smaller count.
    pub(super) fn recur(&mut self) {
        let Some(known) = self.own.map(|own| self.procedures[own].clone()) else {
            return;
        };
        if !known.free.is_empty() {
            return;
        }
        let count = self.blocks[0].parameters[0];
        let (yes, join) = (self.block(), self.block());
        let before = self.pick(known.result);
        self.end(&format!(
            "(branch (compare-small > v{count} 0) (b{yes}) (b{join} v{before}))"
        ));
        let scope = self.scope.len();
        self.current = yes;
        let mut given = vec![self.define(&format!("(add-small v{count} -1)"), Kind::Integer)];
        for &kind in &known.parameters[1..] {
            given.push(self.pick(kind));
        }
        self.complete(&known, &mut given);
        let (number, arguments) = (known.number, listed(&given));
        if self.choices.one_in(4) {
            self.end(&format!("(tail-call-known {number} #f{arguments})"));
        } else {
            let result = self.define(
                &format!("(call-known {number} #f{arguments})"),
                known.result,
            );
            let end = jump(join, &[result]);
            self.end(&end);
        }
        self.scope.truncate(scope);
        let result = self.parameter(join);
        self.scope.push((result, known.result));
        self.current = join;
    }

    pub(super) fn receive(&mut self) {
        let (a, b) = (self.any(), self.any());
        let next = self.block();
        let (first, second) = (self.parameter(next), self.parameter(next));
        self.end(&format!(
            "(call-receive (known {VALUES} #f) 2 #f b{next} v{a} v{b})"
        ));
        self.scope.push((first, Kind::Any));
        self.scope.push((second, Kind::Any));
        self.current = next;
    }
}
