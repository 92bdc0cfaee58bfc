//! Jumps between continuations, handlers of conditions, and parameters.

use std::rc::Rc;

use super::machine::{Continuation, Environment, Frame, State, Task, Travel, bind, push, wrong};
use super::value::Value;

/// The frames of `dynamic-wind`, innermost first.
fn winds(continuation: &Continuation) -> Vec<Rc<Frame>> {
    let mut all = Vec::new();
    let mut rest = continuation;
    while let Some(frame) = rest {
        if let Task::Wind(_) = frame.task {
            all.push(frame.clone());
        }
        rest = &frame.next;
    }
    all
}

/// From the continuation `k` to `target`, with a value: first out of what only `k` is in, and then
/// into what only `target` is in.
pub(super) fn jump(target: Continuation, value: Value, k: &mut Continuation) -> State {
    let (inside, outside) = (winds(k), winds(&target));
    let is_in =
        |frame: &Rc<Frame>, all: &[Rc<Frame>]| all.iter().any(|other| Rc::ptr_eq(frame, other));
    let thunk = |frame: &Rc<Frame>, which: usize| match &frame.task {
        Task::Wind(procedures) => (procedures[which].clone(), frame.next.clone()),
        _ => unreachable!("`winds` finds nothing else"),
    };
    let left = inside.iter().filter(|frame| !is_in(frame, &outside));
    let entered = outside.iter().rev().filter(|frame| !is_in(frame, &inside));
    let thunks = left
        .map(|frame| thunk(frame, 2))
        .chain(entered.map(|frame| thunk(frame, 0)));
    let travel = Travel {
        thunks: thunks.collect(),
        target,
        value,
    };
    go_on(&Rc::new(travel), 0, k)
}

fn go_on(travel: &Rc<Travel>, index: usize, k: &mut Continuation) -> State {
    let Some((thunk, next)) = travel.thunks.get(index) else {
        k.clone_from(&travel.target);
        return State::Return(travel.value.clone());
    };
    *k = push(Task::Travel(travel.clone(), index + 1), next.clone());
    State::Apply(thunk.clone(), Vec::new())
}

/// Calls the handler, or goes to the clauses of the innermost guard. `None` if there is none.
pub(super) fn raise(condition: Value, may_return: bool, k: &mut Continuation) -> Option<State> {
    let mut rest = k.clone();
    loop {
        let frame = rest.take()?;
        match &frame.task {
            Task::Outside(outside) => rest.clone_from(outside),
            Task::Handler(handler) => {
                *k = push(Task::Outside(frame.next.clone()), k.take());
                *k = push(Task::Handled { may_return }, k.take());
                return Some(State::Apply(handler.clone(), vec![condition]));
            }
            Task::Guard(guard, environment) => {
                let back = push(Task::Outside(frame.next.clone()), k.clone());
                let back = push(Task::Handled { may_return }, back);
                let again = Value::Again(Rc::new((condition.clone(), back)));
                let inner = bind(environment, &guard.variable, condition);
                let inner = bind(&inner, &guard.again, again);
                let target = push(Task::Clauses(guard.clone(), inner), frame.next.clone());
                return Some(jump(target, Value::Unspecified, k));
            }
            _ => rest.clone_from(&frame.next),
        }
    }
}

/// Raises the condition of a guard in whose clauses it was not handled.
pub(super) fn raise_again(again: &(Value, Continuation), k: &mut Continuation) -> State {
    let target = push(Task::RaiseAgain(again.0.clone()), again.1.clone());
    jump(target, Value::Unspecified, k)
}

/// What becomes of one value, or of many, in a frame that is about control. `None` for another one.
pub(super) fn resume(task: &Task, value: &Value, k: &mut Continuation) -> Option<State> {
    Some(match task {
        Task::Guard(..)
        | Task::Handler(_)
        | Task::Outside(_)
        | Task::Parameters(_)
        | Task::Handled { may_return: true } => State::Return(value.clone()),
        Task::Handled { may_return: false } => State::Raise(wrong()),
        Task::Clauses(guard, environment) => {
            State::Evaluate(guard.handler.clone(), environment.clone())
        }
        Task::RaiseAgain(condition) => State::RaiseContinuable(condition.clone()),
        Task::Winding(procedures) => {
            *k = push(Task::Wind(procedures.clone()), k.take());
            State::Apply(procedures[1].clone(), Vec::new())
        }
        Task::Wind(procedures) => {
            *k = push(Task::Give(value.clone()), k.take());
            State::Apply(procedures[2].clone(), Vec::new())
        }
        Task::Give(value) => State::Return(value.clone()),
        Task::Travel(travel, index) => go_on(travel, *index, k),
        _ => return None,
    })
}

/// The value of a parameter.
pub(super) fn parameter(wanted: &Rc<(Value, Value)>, k: &Continuation) -> Value {
    let mut rest = k;
    while let Some(frame) = rest {
        if let Task::Parameters(pairs) = &frame.task {
            let is_wanted = |pair: &&(Value, Value)| match &pair.0 {
                Value::Parameter(parameter) => Rc::ptr_eq(parameter, wanted),
                _ => false,
            };
            if let Some(pair) = pairs.iter().find(is_wanted) {
                return pair.1.clone();
            }
        }
        rest = &frame.next;
    }
    wanted.0.clone()
}

/// The environment that `eval` gives to code of the top level.
pub(super) const TOP_LEVEL: Environment = None;
