//! Pairs and lists (R7RS 6.4).

use syntax::Stop;

use super::equal::equal;
use super::equivalence;
use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::list_walk::Pairs;
use crate::mutator::Mutator;
use crate::value::Value;

/// How many elements argument `index` (from 0) has.
///
/// # Errors
///
/// `wrong-type` if it is no list.
pub(super) fn list_length<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    index: usize,
    who: &'static str,
) -> PrimitiveResult<'m, usize> {
    let mut pairs = Pairs::of(m, args[index]);
    let length = pairs.count_supervised()?;
    if pairs.ended_well() {
        Ok(length)
    } else {
        Err(Raise::wrong_type(who, index + 1, "list", args[index]))
    }
}

pub(crate) fn list<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    m.reserve_pairs(args.len())?;
    Ok(m.list_of_many(args.iter())?)
}

pub(crate) fn cons_star<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    m.reserve_pairs(args.len())?;
    let mut values = args.iter().rev();
    let last = values.next().unwrap_or(Value::NULL);
    Ok(m.list_before(values.rev(), last)?)
}

pub(crate) fn is_list<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut pairs = Pairs::of(m, args[0]);
    pairs.count_supervised()?;
    Ok(Value::boolean(pairs.ended_well()))
}

pub(crate) fn length<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::count(list_length(m, args, 0, "length")?))
}

pub(crate) fn append2<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let length = list_length(m, args, 0, "append")?;
    m.reserve_pairs(length)?;
    Ok(copy_before(m, args[0], args[1])?)
}

/// A copy of the pairs of `list`, ending in `tail`.
fn copy_before<'m>(
    m: &'m Mutator<'_>,
    list: Value<'m>,
    tail: Value<'m>,
) -> Result<Value<'m>, Stop> {
    let mut elements = m.elements(list);
    let Some(first) = elements.next() else {
        return Ok(tail);
    };
    let head = m.cons(first, tail);
    let mut last = head;
    for (index, element) in elements.enumerate() {
        m.check_at(index)?;
        let pair = m.cons(element, tail);
        m.set_cdr(last, pair).expect("a fresh pair is no literal");
        last = pair;
    }
    Ok(head)
}

pub(crate) fn reverse<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let length = list_length(m, args, 0, "reverse")?;
    m.reserve_pairs(length)?;
    let mut reversed = Value::NULL;
    for (index, element) in m.elements(args[0]).enumerate() {
        m.check_at(index)?;
        reversed = m.cons(element, reversed);
    }
    Ok(reversed)
}

/// What is left of argument 1 after as many pairs as argument 2 says, `more` of which are to follow.
fn tail_of<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    more: usize,
    who: &'static str,
) -> PrimitiveResult<'m> {
    let Some(count) = args[1].as_index() else {
        return Err(Raise::wrong_type(
            who,
            2,
            "exact nonnegative integer",
            args[1],
        ));
    };
    let mut rest = args[0];
    let mut pairs = Pairs::of(m, rest);
    let wanted = count.saturating_add(more);
    let distinct = pairs.skip_supervised(wanted)?;
    if distinct < wanted && !pairs.is_circular {
        if !rest.is_pair() && !rest.is_null() {
            return Err(Raise::wrong_type(who, 1, "list", rest));
        }
        let last = distinct as i64 - more as i64;
        return Err(Raise::out_of_range(who, 2, args[1], 0..=last));
    }
    let mut steps = count;
    if count > distinct {
        // A circular list has a tail for any count: rounds over its cycle lead nowhere.
        rest = pairs.rest;
        steps = (count - distinct) % pairs.cycle_length();
    }
    for index in 0..steps {
        m.check_at(index)?;
        rest = m.pair(rest).expect("the pairs were counted").1;
    }
    Ok(rest)
}

pub(crate) fn list_tail<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    tail_of(m, args, 0, "list-tail")
}

pub(crate) fn list_ref<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let tail = tail_of(m, args, 1, "list-ref")?;
    Ok(m.pair(tail).expect("one more pair was counted").0)
}

pub(crate) fn list_set<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    const NAME: &str = "list-set!";
    let tail = tail_of(m, args, 1, NAME)?;
    m.set_car(tail, args[2])
        .map_err(|_| Raise::immutable(NAME, args[0]))?;
    Ok(Value::UNSPECIFIED)
}

pub(crate) fn list_copy<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let mut pairs = Pairs::of(m, args[0]);
    let length = pairs.count_supervised()?;
    if pairs.is_circular {
        return Err(Raise::wrong_type("list-copy", 1, "list", args[0]));
    }
    m.reserve_pairs(length)?;
    Ok(copy_before(m, args[0], pairs.rest)?)
}

/// The first pair of the list in argument 2 whose car is the `same` as argument 1, else `#f`.
fn find_pair<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    same: impl Fn(Value<'m>, Value<'m>) -> Result<bool, Stop>,
) -> PrimitiveResult<'m> {
    let mut pairs = Pairs::of(m, args[1]);
    for (index, (pair, car)) in pairs.by_ref().enumerate() {
        m.check_at(index)?;
        if same(args[0], car)? {
            return Ok(pair);
        }
    }
    if pairs.ended_well() {
        Ok(Value::FALSE)
    } else {
        Err(Raise::wrong_type(who, 2, "list", args[1]))
    }
}

pub(crate) fn memq<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_pair(m, args, "memq", |a, b| Ok(a == b))
}

pub(crate) fn memv<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_pair(m, args, "memv", |a, b| Ok(equivalence::eqv(a, b)))
}

pub(crate) fn member<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_pair(m, args, "member", |a, b| equal(m, a, b))
}

/// The first element of the list in argument 2, a pair, whose car is the `same` as argument 1.
fn find_entry<'m>(
    m: &'m Mutator<'_>,
    args: Args<'m>,
    who: &'static str,
    same: impl Fn(Value<'m>, Value<'m>) -> Result<bool, Stop>,
) -> PrimitiveResult<'m> {
    let mut pairs = Pairs::of(m, args[1]);
    for (index, (_, entry)) in pairs.by_ref().enumerate() {
        m.check_at(index)?;
        let Some((key, _)) = m.pair(entry) else {
            return Err(Raise::wrong_type(who, 2, "association list", args[1]));
        };
        if same(args[0], key)? {
            return Ok(entry);
        }
    }
    if pairs.ended_well() {
        Ok(Value::FALSE)
    } else {
        Err(Raise::wrong_type(who, 2, "association list", args[1]))
    }
}

pub(crate) fn assq<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_entry(m, args, "assq", |a, b| Ok(a == b))
}

pub(crate) fn assv<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_entry(m, args, "assv", |a, b| Ok(equivalence::eqv(a, b)))
}

pub(crate) fn assoc<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    find_entry(m, args, "assoc", |a, b| equal(m, a, b))
}
