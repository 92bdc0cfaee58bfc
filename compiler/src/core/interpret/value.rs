//! Values of the reference.

use std::cell::RefCell;
use std::rc::Rc;

use abi::tag;

use super::environment::Environment;
use super::machine::Continuation;
use crate::core::ir::LambdaId;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Word(u64),
    /// A quoted symbol or string.
    Text(Rc<str>),
    Pair(Rc<[RefCell<Value>; 2]>),
    Box(Rc<RefCell<Value>>),
    Closure(LambdaId, Environment),
    Continuation(Continuation),
    /// A standard procedure, by name.
    Standard(Rc<str>),
}

/// How deep a value is shown.
const DEPTH_MAX: usize = 8;

impl Value {
    pub(super) fn is_true(&self) -> bool {
        !self.is_word(tag::FALSE)
    }

    pub(super) fn is_word(&self, word: u64) -> bool {
        matches!(self, Self::Word(own) if *own == word)
    }

    pub(super) fn is_procedure(&self) -> bool {
        matches!(
            self,
            Self::Closure(..) | Self::Continuation(_) | Self::Standard(_)
        )
    }

    pub(super) fn cons(car: Self, cdr: Self) -> Self {
        Self::Pair(Rc::new([RefCell::new(car), RefCell::new(cdr)]))
    }

    pub(super) fn list(items: &[Self]) -> Self {
        Self::list_with_tail(items, Self::Word(tag::NULL))
    }

    pub(super) fn list_with_tail(items: &[Self], tail: Self) -> Self {
        let cons = |rest, item: &Self| Self::cons(item.clone(), rest);
        items.iter().rev().fold(tail, cons)
    }

    /// The items of a proper list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let mut items = Vec::new();
        let mut rest = self.clone();
        while let Self::Pair(pair) = &rest {
            if items.len() > 1000 {
                return None;
            }
            items.push(pair[0].borrow().clone());
            let next = pair[1].borrow().clone();
            rest = next;
        }
        rest.is_word(tag::NULL).then_some(items)
    }

    /// Identity; procedures have none.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(left), Self::Word(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Pair(left), Self::Pair(right)) => Rc::ptr_eq(left, right),
            (Self::Box(left), Self::Box(right)) => Rc::ptr_eq(left, right),
            _ => false,
        }
    }

    /// The value as text; procedures are all alike.
    pub(super) fn show(&self) -> String {
        self.show_to(DEPTH_MAX)
    }

    fn show_to(&self, depth: usize) -> String {
        match self {
            _ if depth == 0 => "...".into(),
            Self::Word(word) if tag::is_fixnum(*word) => tag::fixnum_value(*word).to_string(),
            Self::Word(word) => format!("#{word}"),
            Self::Text(text) => text.to_string(),
            Self::Pair(pair) => {
                let [car, cdr] = [0, 1].map(|half: usize| pair[half].borrow().show_to(depth - 1));
                format!("({car} . {cdr})")
            }
            Self::Box(_) => "box".into(),
            Self::Closure(..) | Self::Continuation(_) | Self::Standard(_) => "procedure".into(),
        }
    }
}
