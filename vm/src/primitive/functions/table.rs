//! Tables keyed by identity.

use crate::arguments::Args;
use crate::error::{PrimitiveResult, Raise};
use crate::mutator::Mutator;
use crate::object::table::{Keys, TableObject};
use crate::value::Value;

fn table<'m>(args: Args<'m>, who: &'static str) -> PrimitiveResult<'m, TableObject<'m>> {
    TableObject::of(args[0]).ok_or_else(|| Raise::wrong_type(who, 1, "table", args[0]))
}

/// `(make-table weak?)`
pub(crate) fn make_table<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let is_weak = !args.is_empty() && args[0] != Value::FALSE;
    TableObject::allocate(m, if is_weak { Keys::Weak } else { Keys::Strong })
}

/// `(table-ref table key default)`
pub(crate) fn table_ref<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(table(args, "table-ref")?
        .get(m, args[1])?
        .unwrap_or(args[2]))
}

/// `(table-set! table key value)`
pub(crate) fn table_set<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    table(args, "table-set!")?.set(m, args[1], args[2])?;
    Ok(Value::UNSPECIFIED)
}

/// `(table-delete! table key)`
pub(crate) fn table_delete<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    table(args, "table-delete!")?.delete(m, args[1])?;
    Ok(Value::UNSPECIFIED)
}

/// How many keys there are; in a weak table, those that the last collections left.
pub(crate) fn table_count<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    Ok(Value::count(table(args, "table-count")?.count(m)?))
}

/// The list of pairs of a key and its value, in no particular order.
pub(crate) fn table_entries<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let table = table(args, "table->alist")?;
    m.reserve_pairs(2 * table.count(m)?)?;
    let mut entries = Value::NULL;
    for (index, (key, value)) in table.all(m)?.enumerate() {
        m.check_at(index)?;
        entries = m.cons(m.cons(key, value), entries);
    }
    Ok(entries)
}

/// A pair of some key and its value; `#f` if there is none.
pub(crate) fn table_entry<'m>(m: &'m Mutator<'_>, args: Args<'m>) -> PrimitiveResult<'m> {
    let table = table(args, "table-entry")?;
    m.reserve_pairs(1)?;
    let entry = table.any(m)?;
    Ok(entry.map_or(Value::FALSE, |(key, value)| m.cons(key, value)))
}
