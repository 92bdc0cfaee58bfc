//! Iteration over lists, which ends also where the list does not.

use super::{Data, DatumId, DatumKind};

/// The items of a list in order.
///
/// In a circular list every item comes at least once, and then the iteration ends.
#[derive(Clone, Debug)]
pub struct Items<'data> {
    data: &'data Data,
    rest: DatumId,
    /// A pair passed earlier, with which the next ones are compared (Brent 1980).
    mark: DatumId,
    /// Pairs to pass until the mark moves, and between its moves.
    until_mark: usize,
    mark_distance: usize,
    circular: bool,
}

impl Data {
    /// The items of a list; see [`Items::tail`] for what it ends in. Anything but a pair is a list
    /// without items.
    pub fn items(&self, list: DatumId) -> Items<'_> {
        Items::new(self, list)
    }

    /// The items of `datum` if it is a proper list: not dotted, not circular.
    pub fn proper_list(&self, datum: DatumId) -> Option<Vec<DatumId>> {
        let mut items = self.items(datum);
        let list = items.by_ref().collect();
        (*self.kind(items.tail()) == DatumKind::Null).then_some(list)
    }
}

impl<'data> Items<'data> {
    pub(super) fn new(data: &'data Data, list: DatumId) -> Self {
        Self {
            data,
            rest: list,
            mark: list,
            until_mark: 1,
            mark_distance: 1,
            circular: false,
        }
    }

    /// What is left: after the last item the empty list, or of a dotted list what follows the dot,
    /// or of a circular list one of its pairs.
    pub fn tail(&self) -> DatumId {
        self.rest
    }

    /// Whether the iteration ended because the list is circular.
    pub fn is_circular(&self) -> bool {
        self.circular
    }
}

impl Iterator for Items<'_> {
    type Item = DatumId;

    fn next(&mut self) -> Option<DatumId> {
        if self.circular {
            return None;
        }
        let (car, cdr) = self.data.as_pair(self.rest)?;
        self.rest = cdr;
        self.circular = cdr == self.mark;
        self.until_mark -= 1;
        if self.until_mark == 0 {
            self.mark = cdr;
            self.mark_distance *= 2;
            self.until_mark = self.mark_distance;
        }
        Some(car)
    }
}
