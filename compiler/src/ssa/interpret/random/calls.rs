//! Calls of random procedures: known ones, recursive ones, through closures, for several values.

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

    pub(super) fn call(&mut self, known: &Known) -> u32 {
        let mut arguments = Vec::new();
        for &kind in &known.parameters {
            // Where others give a flonum, this call may give an exact number.
            let is_exact = kind == Kind::Flonum && self.choices.one_in(3);
            arguments.push(self.pick(if is_exact { Kind::Integer } else { kind }));
        }
        let number = known.number;
        if known.free.is_empty() {
            if self.choices.one_in(4) {
                let apply = self.define(&format!("(global-ref {APPLY})"), Kind::Any);
                let closure = self.define(&format!("(static-closure {number})"), Kind::Any);
                self.scope.truncate(self.scope.len() - 2);
                let given = listed(&arguments);
                return self.define(&format!("(call v{apply} v{closure}{given})"), known.result);
            }
            let given = listed(&arguments);
            return self.define(&format!("(call-known {number} #f{given})"), known.result);
        }
        let free: Vec<u32> = known.free.iter().map(|&kind| self.pick(kind)).collect();
        let count = free.len();
        let closure = self.define(&format!("(make-closure {number} {count})"), Kind::Any);
        self.scope.pop();
        for (index, value) in free.iter().enumerate() {
            self.effect(&format!("(closure-init v{closure} {index} v{value})"));
        }
        let given = listed(&arguments);
        if self.choices.one_in(3) {
            return self.define(&format!("(call v{closure}{given})"), known.result);
        }
        self.define(
            &format!("(call-known {number} v{closure}{given})"),
            known.result,
        )
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
