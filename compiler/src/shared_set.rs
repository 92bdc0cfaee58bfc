//! Sets of ids of which there are many alike: copies share what they have in common.
//!
//! Where control goes from one block to the next, few values become live and few are live no more. So a table of
//! what is live at each block, as lists or as bits, grows with values times blocks, though it says little. A set
//! here is a tree over the numbers of its members. The tree's leaves are words of 64 bits. A copy shares the whole
//! tree, and a change makes anew only the nodes above the word that changes. Nodes that are one and the same are
//! known to be equal: what two sets have in common takes [`SharedSet::unite`] and [`SharedSet::each_difference`]
//! no time. (Okasaki and Gill: Fast Mergeable Integer Maps, 1998, for the merging; the tree is that of Bagwell: Ideal
//! Hash Trees, 2001, without hashing.)

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::id::Id;

/// The binary logarithm of the members that a leaf has room for.
const WORD_BITS: u32 = u64::BITS.ilog2();

/// The binary logarithm of the children of a node.
const CHILD_BITS: u32 = 3;

/// How many children a node has.
const CHILDREN: usize = 1 << CHILD_BITS;

/// A set of ids. The set of the first 64 numbers lies in no memory of its own.
#[derive(Clone)]
pub struct SharedSet<K> {
    root: Node,
    /// How many nodes lie above each leaf.
    height: u32,
    key: PhantomData<fn(K)>,
}

#[derive(Clone, Default)]
enum Node {
    /// No members.
    #[default]
    Empty,
    /// A leaf: a bit for each number, not all of them zero.
    Word(u64),
    /// Children, not all of them empty.
    Inner(Rc<Children>),
}

type Children = [Node; CHILDREN];

impl<K: Id> SharedSet<K> {
    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        matches!(self.root, Node::Empty)
    }

    /// Whether `id` is a member.
    pub fn contains(&self, id: K) -> bool {
        self.word(id.index() / u64::BITS as usize) & bit(id) != 0
    }

    /// The bits of 64 ids, from number 64 times `index` on.
    pub fn word(&self, index: usize) -> u64 {
        if index >> (CHILD_BITS * self.height) != 0 {
            return 0;
        }
        let mut node = &self.root;
        for level in (0..self.height).rev() {
            let Node::Inner(children) = node else {
                return 0;
            };
            node = &children[child_index(index, level)];
        }
        node.word()
    }

    /// Adds `id`.
    pub fn insert(&mut self, id: K) {
        let index = id.index() / u64::BITS as usize;
        if self.word(index) & bit(id) != 0 {
            return;
        }
        while index >> (CHILD_BITS * self.height) != 0 {
            self.raise();
        }
        let mut node = &mut self.root;
        for level in (0..self.height).rev() {
            if let Node::Empty = node {
                *node = Node::Inner(Rc::default());
            }
            let Node::Inner(children) = node else {
                unreachable!("above the leaves are inner nodes")
            };
            node = &mut Rc::make_mut(children)[child_index(index, level)];
        }
        *node = Node::Word(node.word() | bit(id));
    }

    /// Removes `id`.
    pub fn remove(&mut self, id: K) {
        let index = id.index() / u64::BITS as usize;
        if self.word(index) & bit(id) != 0 {
            remove(&mut self.root, self.height, index, bit(id));
        }
    }

    /// Adds all of `other`; whether anything was new.
    pub fn unite(&mut self, other: &Self) -> bool {
        let other = other.at_least_as_high(self.height);
        while self.height < other.height {
            self.raise();
        }
        let united = union(&self.root, &other.root);
        self.root = united.node;
        !united.is_one
    }

    /// The members, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        let words = Words {
            pending: vec![Place::root(self)],
        };
        words.flat_map(|(index, word)| bits(word).map(move |bit| id(index, bit)))
    }

    /// One more than the greatest number of a member.
    ///
    /// # Panics
    ///
    /// If an inner node has no members: a bug of this file.
    pub fn end(&self) -> usize {
        let mut node = &self.root;
        let mut index = 0;
        while let Node::Inner(children) = node {
            let is_there = |child: &Node| !matches!(child, Node::Empty);
            let last = children.iter().rposition(is_there);
            let last = last.expect("an inner node has members");
            index = index << CHILD_BITS | last;
            node = &children[last];
        }
        match node {
            Node::Word(word) => (index << WORD_BITS) + 1 + word.ilog2() as usize,
            _ => 0,
        }
    }

    /// Calls `visit` with each member that `other` has not, in ascending order.
    pub fn each_not_in(&self, other: &Self, mut visit: impl FnMut(K)) {
        self.each_changed_word(other, |index, here, there| {
            bits(here & !there).for_each(|bit| visit(id(index, bit)));
        });
    }

    /// Calls `visit` with the index of each [`word`](Self::word) that differs, in ascending order, with the word
    /// here and the word of `other`.
    pub fn each_changed_word(&self, other: &Self, mut visit: impl FnMut(usize, u64, u64)) {
        if self.height == other.height {
            return each_changed_word([&self.root, &other.root], self.height, 0, &mut visit);
        }
        let other = other.at_least_as_high(self.height);
        let this = self.at_least_as_high(other.height);
        each_changed_word([&this.root, &other.root], this.height, 0, &mut visit);
    }

    /// The same set as a tree that is at least this high.
    fn at_least_as_high(&self, height: u32) -> Self {
        let mut set = self.clone();
        while set.height < height {
            set.raise();
        }
        set
    }

    /// Adds the nodes that are in memory of their own, by their addresses.
    #[cfg(test)]
    pub(crate) fn collect_nodes(&self, seen: &mut std::collections::HashSet<*const ()>) {
        let mut pending = vec![&self.root];
        while let Some(node) = pending.pop() {
            if let Node::Inner(children) = node
                && seen.insert(Rc::as_ptr(children).cast())
            {
                pending.extend(children.iter());
            }
        }
    }

    /// Makes room for more numbers.
    fn raise(&mut self) {
        self.height += 1;
        if !self.is_empty() {
            let mut children = Children::default();
            children[0] = std::mem::take(&mut self.root);
            self.root = Node::Inner(Rc::new(children));
        }
    }
}

impl<K> Default for SharedSet<K> {
    fn default() -> Self {
        Self {
            root: Node::Empty,
            height: 0,
            key: PhantomData,
        }
    }
}

impl<K: Id + fmt::Debug> fmt::Debug for SharedSet<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Id> FromIterator<K> for SharedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

/// What a node without members has for children.
const NO_CHILDREN: Children = [const { Node::Empty }; CHILDREN];

impl Node {
    /// The bits of a leaf.
    fn word(&self) -> u64 {
        match self {
            Self::Word(word) => *word,
            _ => 0,
        }
    }

    /// The children of a node that is not a leaf.
    fn children(&self) -> &Children {
        match self {
            Self::Inner(children) => children,
            _ => &NO_CHILDREN,
        }
    }

    /// Whether two nodes are the same node, or leaves with the same members. Otherwise they may yet have the same
    /// members.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inner(one), Self::Inner(other)) => Rc::ptr_eq(one, other),
            (Self::Inner(_), _) | (_, Self::Inner(_)) => false,
            _ => self.word() == other.word(),
        }
    }
}

/// The members of two nodes.
struct Union {
    node: Node,
    /// Whether the first node has them all; the union is that node then.
    is_one: bool,
    /// Whether the second node has them all; the union is that node then, unless the first one has them all too.
    is_other: bool,
}

fn union(one: &Node, other: &Node) -> Union {
    let (Node::Inner(ones), Node::Inner(others)) = (one, other) else {
        return union_with_leaf(one, other);
    };
    let is_same = Rc::ptr_eq(ones, others);
    let unions = (!is_same).then(|| -> [Union; CHILDREN] {
        std::array::from_fn(|child| union(&ones[child], &others[child]))
    });
    let is_one = unions.iter().flatten().all(|union| union.is_one);
    let is_other = unions.iter().flatten().all(|union| union.is_other);
    let node = match unions {
        Some(unions) if !is_one && !is_other => {
            Node::Inner(Rc::new(unions.map(|union| union.node)))
        }
        _ if is_one => one.clone(),
        _ => other.clone(),
    };
    Union {
        node,
        is_one,
        is_other,
    }
}

/// The union of two nodes, one of which is a leaf or has no members.
fn union_with_leaf(one: &Node, other: &Node) -> Union {
    let has_none = |node: &Node| matches!(node, Node::Empty);
    let (is_one, is_other, node) = match (one, other) {
        (_, Node::Empty) => (true, has_none(one), one.clone()),
        (Node::Empty, _) => (false, true, other.clone()),
        _ => {
            let word = one.word() | other.word();
            (word == one.word(), word == other.word(), Node::Word(word))
        }
    };
    Union {
        node,
        is_one,
        is_other,
    }
}

/// Visits the words that differ below two nodes of this height, the first of which has this index among its like.
fn each_changed_word(
    [here, there]: [&Node; 2],
    height: u32,
    index: usize,
    visit: &mut impl FnMut(usize, u64, u64),
) {
    if here.is(there) {
        return;
    }
    if height == 0 {
        return visit(index, here.word(), there.word());
    }
    let pairs = here.children().iter().zip(there.children());
    for (child, (here, there)) in pairs.enumerate() {
        each_changed_word(
            [here, there],
            height - 1,
            index << CHILD_BITS | child,
            visit,
        );
    }
}

/// Removes a member from the leaf with this index, which has it.
fn remove(node: &mut Node, height: u32, index: usize, bit: u64) {
    if let Node::Inner(children) = node {
        let children = Rc::make_mut(children);
        remove(
            &mut children[child_index(index, height - 1)],
            height - 1,
            index,
            bit,
        );
        if children.iter().all(|child| matches!(child, Node::Empty)) {
            *node = Node::Empty;
        }
        return;
    }
    *node = match node.word() & !bit {
        0 => Node::Empty,
        word => Node::Word(word),
    };
}

/// Which child of a node, whose children lie at `level`, leads to the leaf with this index.
fn child_index(index: usize, level: u32) -> usize {
    index >> (CHILD_BITS * level) & (CHILDREN - 1)
}

fn bit<K: Id>(id: K) -> u64 {
    1 << (id.number() % u64::BITS)
}

fn id<K: Id>(index: usize, bit: u32) -> K {
    K::from_index(index << WORD_BITS | bit as usize)
}

/// The numbers of the bits that are set, in ascending order.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

/// A node in a set.
#[derive(Clone, Copy)]
struct Place<'set> {
    node: &'set Node,
    /// How many nodes lie between it and its leaves, itself counted.
    height: u32,
    /// The index of the leaf, or that of the first leaf below without the digits that tell its leaves apart.
    index: usize,
}

impl<'set> Place<'set> {
    fn root<K>(set: &'set SharedSet<K>) -> Self {
        Self {
            node: &set.root,
            height: set.height,
            index: 0,
        }
    }

    /// The children of a node that is not a leaf, the last first.
    fn children(self) -> impl Iterator<Item = Self> {
        let numbered = self.node.children().iter().enumerate().rev();
        numbered.map(move |(child, node)| Self {
            node,
            height: self.height - 1,
            index: self.index << CHILD_BITS | child,
        })
    }
}

/// The leaves that have members, in ascending order, with their indices.
struct Words<'set> {
    pending: Vec<Place<'set>>,
}

impl Iterator for Words<'_> {
    type Item = (usize, u64);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.pending.pop()?;
            match place.node {
                Node::Empty => {}
                Node::Word(word) => return Some((place.index, *word)),
                Node::Inner(_) => self.pending.extend(place.children()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::id::define_ids;

    define_ids! {
        Number;
    }

    type Members = BTreeSet<u32>;

    /// Numbers in one leaf, in few, and far away.
    fn number() -> impl Strategy<Value = u32> {
        prop_oneof![0..64_u32, 0..600_u32, 0..70_000_u32, any::<u32>()]
    }

    fn numbers() -> impl Strategy<Value = Members> {
        prop::collection::btree_set(number(), 0..40)
    }

    fn set_of(members: &Members) -> SharedSet<Number> {
        members.iter().copied().map(Number::new).collect()
    }

    fn members_of(set: &SharedSet<Number>) -> Members {
        set.iter().map(Number::number).collect()
    }

    proptest! {
        #[test]
        fn a_set_has_what_was_put_in_and_not_taken_out(put in numbers(), taken in numbers(), asked in number()) {
            let mut set = set_of(&put);
            let copy = set.clone();
            for &number in &taken { set.remove(Number::new(number)); }
            let expected: Members = put.difference(&taken).copied().collect();
            prop_assert!(set.iter().map(Number::number).eq(expected.iter().copied()));
            prop_assert_eq!(set.is_empty(), expected.is_empty());
            prop_assert_eq!(set.end(), expected.last().map_or(0, |&last| last as usize + 1));
            prop_assert_eq!(set.contains(Number::new(asked)), expected.contains(&asked));
            let word = set.word(asked as usize / 64);
            prop_assert_eq!(word & bit(Number::new(asked)) != 0, expected.contains(&asked));
            prop_assert_eq!(members_of(&copy), put, "a copy is a set of its own");
        }

        #[test]
        fn a_union_has_the_members_of_both_and_is_the_larger_set(one in numbers(), other in numbers()) {
            let (mut united, given) = (set_of(&one), set_of(&other));
            prop_assert_eq!(united.unite(&given), !other.is_subset(&one));
            let expected: Members = one.union(&other).copied().collect();
            prop_assert_eq!(members_of(&united), expected);
            prop_assert!(!united.unite(&given) && !united.unite(&set_of(&one)));
            let mut part = set_of(&one);
            part.unite(&united);
            let mut changed = 0;
            part.each_changed_word(&united, |_, _, _| changed += 1);
            prop_assert_eq!(changed, 0);
            prop_assert!(other.is_subset(&one) || part.root.is(&united.root), "no node is made anew");
        }

        #[test]
        fn differences_are_told_in_order(common in numbers(), one in numbers(), other in numbers()) {
            let base = set_of(&common);
            let with = |members: &Members| {
                let mut set = base.clone();
                for &number in members { set.insert(Number::new(number)); }
                set
            };
            let (here, there) = (with(&one), with(&other));
            let mut found = Vec::new();
            here.each_not_in(&there, |number| found.push(number.number()));
            let expected: Members = members_of(&here).difference(&members_of(&there)).copied().collect();
            prop_assert!(found.iter().eq(&expected));
            let mut words = Vec::new();
            here.each_changed_word(&there, |index, word, other_word| {
                assert_eq!((word, other_word), (here.word(index), there.word(index)));
                assert_ne!(word, other_word);
                words.push(index);
            });
            let changed: BTreeSet<usize> = (members_of(&here).symmetric_difference(&members_of(&there)))
                .map(|&number| number as usize / 64)
                .collect();
            prop_assert!(words.iter().eq(&changed));
        }
    }

    #[test]
    fn what_two_sets_have_in_common_is_not_walked() {
        let all: SharedSet<Number> = (0..100_000).map(Number::new).collect();
        let mut more = all.clone();
        more.insert(Number::new(100_000));
        let mut words = 0;
        more.each_changed_word(&all, |_, _, _| words += 1);
        assert_eq!(words, 1);
        let pairs = all.root.children().iter().zip(more.root.children());
        let is_shared = pairs.filter(|(one, other)| one.is(other));
        assert_eq!(is_shared.count(), CHILDREN - 1);
    }
}
