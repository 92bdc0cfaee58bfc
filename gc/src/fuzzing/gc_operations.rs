//! Random object graphs, mutations and collections, compared with a model in plain Rust.
//!
//! Every vector carries its number in field 0, so that a message can name an object that the
//! collector gives back. The model knows which objects are reachable. The heap must hold exactly
//! these objects, with the same sharing. The heap must break a weak reference, and report a guarded
//! object, when and only when the model says so.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use crate::collect::Outcome;
use crate::object_model::{ObjectModel, Scope};
use crate::options::{Evacuation, HeapOptions, Zeal};
use crate::statistics::Statistics;
use crate::toy::{Session, ToyModel, enter};
use crate::value::Value;

/// Fields of a vector that is a large object.
const LARGE_FIELDS: usize = 4500;
/// The root that is a guardian.
const GUARDIAN_ROOT: usize = 0;
const ROOTS_MAX: usize = 24;
/// So many vectors of a chain are looked at.
const CHAIN_MAX: usize = 500;

/// The maximum of a heap in which room for evacuation runs out.
const TIGHT_BYTES: usize = 256 << 10;

/// What the operations made the collector do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reached {
    /// Statistics at the end.
    pub statistics: Statistics,
    /// Pinned objects that were made after a full collection.
    pub pinned_later: u64,
}

/// Runs the operations that `bytes` spell, and checks the heap after each collection. The first byte chooses the kind
/// of heap.
///
/// # Panics
///
/// If heap and model differ.
pub fn check(bytes: &[u8]) -> Reached {
    let (&kind, operations) = bytes.split_first().unwrap_or((&0, &[]));
    let options = HeapOptions {
        arena_bytes: HeapOptions::ARENA_BYTES_MIN,
        nursery_bytes: HeapOptions::NURSERY_BYTES_MIN,
        heap_bytes_max: (kind & 1 != 0).then_some(TIGHT_BYTES),
        evacuation: if kind & 2 != 0 {
            Evacuation::Everything
        } else {
            Evacuation::AsNeeded
        },
        zeal: (kind & 0b1100 == 0b1100).then_some(Zeal::Every(NonZeroU32::MIN)),
        verify: true,
        ..HeapOptions::default()
    };
    enter(&options, |session| {
        session.push_root(session.guardian());
        let mut run = Run {
            session,
            model: Model::default(),
            is_tight: options.heap_bytes_max.is_some(),
            pinned_later: 0,
        };
        run.model.roots.push(Field::Integer(0));
        for operation in operations.chunks_exact(3) {
            run.step(
                operation[0],
                usize::from(operation[1]),
                usize::from(operation[2]),
            );
        }
        run.collect(Scope::Full);
        Reached {
            statistics: run.session.mutator().statistics(),
            pinned_later: run.pinned_later,
        }
    })
    .expect("64 MiB of address space")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Integer(i64),
    Node(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Strong,
    Weak,
    Ephemeron,
}

#[derive(Debug)]
struct Node {
    shape: Shape,
    fields: Vec<Field>,
}

#[derive(Debug, Default)]
struct Model {
    nodes: Vec<Node>,
    roots: Vec<Field>,
    registered: Vec<usize>,
    /// Guarded objects that the guardian must have.
    ready: BTreeSet<usize>,
    /// Guarded objects that no root reached at some minor collection. The guardian has those of them that
    /// were young. An object that it has keeps others, although nobody has taken the object yet.
    maybe_ready: BTreeSet<usize>,
}

struct Run<'run, 'id> {
    session: &'run mut Session<'id>,
    model: Model,
    /// Whether collections may say that the heap is exhausted.
    is_tight: bool,
    pinned_later: u64,
}

const BROKEN: Field = Field::Integer(-1);

impl Model {
    /// What `fields` reach by strong references, and by ephemerons whose keys are reached.
    fn reach(&self, fields: impl IntoIterator<Item = Field>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut worklist: Vec<Field> = fields.into_iter().collect();
        loop {
            while let Some(field) = worklist.pop() {
                let Field::Node(number) = field else { continue };
                if reached.insert(number) {
                    let node = &self.nodes[number];
                    match node.shape {
                        Shape::Strong => worklist.extend(&node.fields),
                        Shape::Weak => worklist.push(node.fields[1]),
                        Shape::Ephemeron => {}
                    }
                }
            }
            let is_new =
                |field: &Field| matches!(field, Field::Node(node) if !reached.contains(node));
            worklist.extend(
                reached
                    .iter()
                    .map(|&number| &self.nodes[number])
                    .filter_map(|node| {
                        let is_open = node.shape == Shape::Ephemeron && !is_new(&node.fields[0]);
                        (is_open && is_new(&node.fields[1])).then_some(node.fields[1])
                    }),
            );
            if worklist.is_empty() {
                return reached;
            }
        }
    }

    /// The number of a vector, and what its last field holds.
    fn successor<'m, 'id>(
        &self,
        session: &'m Session<'id>,
        node: Field,
        value: Value<'m, 'id>,
    ) -> Option<(usize, Field, Value<'m, 'id>)> {
        let Field::Node(number) = node else {
            return None;
        };
        let Node { shape, fields } = &self.nodes[number];
        let last = fields.len() - 1;
        let is_strong = *shape == Shape::Strong;
        is_strong.then(|| (number, fields[last], session.field(value, last)))
    }

    fn reach_from_roots_and(&self, more: &BTreeSet<usize>) -> BTreeSet<usize> {
        let more = more.iter().copied().map(Field::Node);
        self.reach(self.roots.iter().copied().chain(more))
    }

    /// Whether another object that the guardian may have reaches the object.
    fn is_perhaps_kept(&self, number: usize) -> bool {
        let mut others = self.maybe_ready.clone();
        others.remove(&number);
        others.extend(&self.ready);
        self.reach_from_roots_and(&others).contains(&number)
    }
}

impl Run<'_, '_> {
    fn step(&mut self, operation: u8, left: usize, right: usize) {
        match operation % 15 {
            0 => self.make(Shape::Strong, 3, left, right),
            1 => self.make(Shape::Strong, 40, left, right),
            2 => self.make(Shape::Strong, LARGE_FIELDS, left, right),
            3 => self.make(Shape::Weak, 2, left, right),
            4 => self.make(Shape::Ephemeron, 2, left, right),
            5 | 6 => self.set_field(left, right),
            7 => self.drop_root(left),
            8 => self.guard(left),
            9 => self.take_guarded(),
            10 => self.collect(Scope::Minor),
            12 => self.make_chain(left, right),
            13 | 14 => self.thin_chain(left, right),
            _ if left < 64 => self.collect(Scope::Full),
            _ => self.make_pinned(left),
        }
    }

    fn pick(&self, index: usize) -> usize {
        index % self.model.roots.len()
    }

    fn make(&mut self, shape: Shape, length: usize, left: usize, right: usize) {
        let (left, right) = (self.pick(left), self.pick(right));
        let number = self.model.nodes.len();
        let (a, b) = (self.model.roots[left], self.model.roots[right]);
        let session = &*self.session;
        let (x, y) = (value_of(session, left), value_of(session, right));
        let (value, fields) = match shape {
            Shape::Weak => (session.weak_pair(x, y), vec![a, b]),
            Shape::Ephemeron => (session.ephemeron(x, y), vec![a, b]),
            Shape::Strong => {
                let name = i64::try_from(number).expect("few nodes");
                let mut values = vec![session.integer(0); length];
                let mut fields = vec![Field::Integer(0); length];
                (values[0], values[1], values[length - 1]) = (session.integer(name), x, y);
                (fields[0], fields[1], fields[length - 1]) = (Field::Integer(name), a, b);
                (session.vector(&values), fields)
            }
        };
        session.push_root(value);
        self.model.nodes.push(Node { shape, fields });
        self.model.roots.push(Field::Node(number));
        self.trim_roots();
    }

    /// Makes a root of so many vectors, each the last field of the next.
    fn make_chain(&mut self, left: usize, right: usize) {
        let length = 2 + left % 64;
        let session = &*self.session;
        let root = session.push_root(session.integer(0));
        let mut rest = Field::Integer(0);
        for _ in 0..right {
            let number = self.model.nodes.len();
            let name = i64::try_from(number).expect("few nodes");
            let mut values = vec![session.integer(0); length];
            let mut fields = vec![Field::Integer(0); length];
            (values[0], values[length - 1]) = (session.integer(name), session.root(root));
            (fields[0], fields[length - 1]) = (Field::Integer(name), rest);
            session.set_root(root, session.vector(&values));
            let shape = Shape::Strong;
            self.model.nodes.push(Node { shape, fields });
            rest = Field::Node(number);
        }
        self.model.roots.push(rest);
        self.trim_roots();
    }

    /// Leaves out vectors of a chain, so that holes come to lie between the others.
    fn thin_chain(&mut self, left: usize, right: usize) {
        let index = self.pick(left);
        let session = &*self.session;
        let mut node = self.model.roots[index];
        let mut value = value_of(session, index);
        for step in 0..CHAIN_MAX {
            let Some((number, next, next_value)) = self.model.successor(session, node, value)
            else {
                return;
            };
            let after = self.model.successor(session, next, next_value);
            let Some((_, after, after_value)) = after.filter(|_| step % (1 + right % 3) == 0)
            else {
                (node, value) = (next, next_value);
                continue;
            };
            let last = self.model.nodes[number].fields.len() - 1;
            self.model.nodes[number].fields[last] = after;
            session
                .set_field(value, last, after_value)
                .expect("vectors are mutable");
            (node, value) = (after, after_value);
        }
    }

    fn make_pinned(&mut self, left: usize) {
        let left = self.pick(left);
        let number = self.model.nodes.len();
        let name = i64::try_from(number).expect("few nodes");
        let session = &*self.session;
        self.pinned_later += u64::from(session.mutator().statistics().full.count > 0);
        let vector = session.pinned_vector(2);
        for (index, value) in [session.integer(name), value_of(session, left)]
            .into_iter()
            .enumerate()
        {
            session
                .set_field(vector, index, value)
                .expect("vectors are mutable");
        }
        session.push_root(vector);
        let fields = vec![Field::Integer(name), self.model.roots[left]];
        self.model.nodes.push(Node {
            shape: Shape::Strong,
            fields,
        });
        self.model.roots.push(Field::Node(number));
        self.trim_roots();
    }

    fn trim_roots(&mut self) {
        if self.model.roots.len() > ROOTS_MAX {
            self.drop_root(1);
        }
    }

    fn set_field(&mut self, left: usize, right: usize) {
        let (left, right) = (self.pick(left), self.pick(right));
        let Field::Node(number) = self.model.roots[left] else {
            return;
        };
        let last = self.model.nodes[number].fields.len() - 1;
        if self.model.nodes[number].shape != Shape::Strong {
            return;
        }
        self.model.nodes[number].fields[last] = self.model.roots[right];
        let session = &*self.session;
        let value = value_of(session, right);
        session
            .set_field(session.root(left), last, value)
            .expect("vectors are mutable");
    }

    fn drop_root(&mut self, index: usize) {
        let index = self.pick(index);
        if index == GUARDIAN_ROOT {
            return;
        }
        let last = self.model.roots.len() - 1;
        self.model.roots.swap_remove(index);
        self.session.set_root(index, self.session.root(last));
        self.session.truncate_roots(last);
    }

    fn guard(&mut self, index: usize) {
        let index = self.pick(index);
        let Field::Node(number) = self.model.roots[index] else {
            return;
        };
        let is_named = self.model.nodes[number].shape == Shape::Strong;
        if is_named && !self.model.registered.contains(&number) {
            self.model.registered.push(number);
            let session = &*self.session;
            session.guard(session.root(GUARDIAN_ROOT), session.root(index));
        }
    }

    fn take_guarded(&mut self) {
        let session = &*self.session;
        while let Some(value) = session.guarded(session.root(GUARDIAN_ROOT)) {
            let name = session
                .as_integer(session.field(value, 0))
                .expect("vectors have a name");
            let number = usize::try_from(name).expect("names are numbers of nodes");
            let reached = self.model.reach(self.model.roots.iter().copied());
            assert!(
                !reached.contains(&number),
                "node {number} was reported but is reachable"
            );
            let was_registered = self.model.registered.contains(&number);
            assert!(
                self.model.ready.remove(&number) || was_registered,
                "node {number} twice"
            );
            self.model.registered.retain(|&other| other != number);
            self.model.maybe_ready.remove(&number);
            // It goes again at once: a root for it would hide from the model what else is ready.
        }
        assert!(
            self.model.ready.is_empty(),
            "the guardian kept {:?} back",
            self.model.ready
        );
        // The guardian has nothing now.
        self.model.maybe_ready.clear();
    }

    fn collect(&mut self, scope: Scope) {
        let outcome = self.session.collect(scope);
        assert!(outcome == Outcome::Done || self.is_tight, "{outcome:?}");
        if scope == Scope::Full {
            let reached = self.model.reach_from_roots_and(&self.model.ready);
            let (kept, found): (Vec<_>, Vec<_>) = self
                .model
                .registered
                .iter()
                .partition(|&number| reached.contains(number));
            let (uncertain, found): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|&number: &usize| self.model.is_perhaps_kept(number));
            self.model.registered = kept;
            self.model.registered.extend(&uncertain);
            self.model.ready.extend(found);
            self.model.maybe_ready = uncertain.into_iter().collect();
        } else {
            let reached = self.model.reach_from_roots_and(&self.model.ready);
            let unreached = self.model.registered.iter().copied();
            let unreached = unreached.filter(|number| !reached.contains(number));
            self.model.maybe_ready.extend(unreached);
        }
        self.compare(scope);
        if scope == Scope::Full {
            self.take_guarded();
        }
    }

    /// Walks heap and model together from the roots.
    fn compare(&mut self, scope: Scope) {
        let mut certain = self.model.ready.clone();
        certain.extend(&self.model.maybe_ready);
        let certain = self.model.reach_from_roots_and(&certain);
        let mut possible = self.model.ready.clone();
        possible.extend(&self.model.registered);
        let possible = self.model.reach_from_roots_and(&possible);
        let session = &*self.session;
        let mut words = BTreeMap::new();
        let mut worklist: Vec<_> = (1..self.model.roots.len())
            .map(|index| (self.model.roots[index], session.root(index)))
            .collect();
        while let Some((field, value)) = worklist.pop() {
            let number = match field {
                Field::Integer(integer) => {
                    assert_eq!(session.as_integer(value), Some(integer));
                    continue;
                }
                Field::Node(number) => number,
            };
            if let Some(&word) = words.get(&number) {
                assert_eq!(word, value.word(), "node {number} is in two places");
                continue;
            }
            words.insert(number, value.word());
            let node = &mut self.model.nodes[number];
            assert_eq!(session.length(value), node.fields.len());
            if node.shape != Shape::Strong
                && let Field::Node(target) = node.fields[0]
            {
                if session.field(value, 0).word() == ToyModel::BROKEN {
                    assert!(
                        !possible.contains(&target),
                        "the reference to {target} broke early"
                    );
                    let broken = if node.shape == Shape::Weak { 1 } else { 2 };
                    node.fields[..broken].fill(BROKEN);
                } else if scope == Scope::Full {
                    assert!(
                        certain.contains(&target),
                        "the reference to {target} did not break"
                    );
                } else if !possible.contains(&target) {
                    continue;
                }
            }
            for (index, &field) in node.fields.iter().enumerate() {
                worklist.push((field, session.field(value, index)));
            }
        }
        let places: BTreeSet<_> = words.values().collect();
        assert_eq!(places.len(), words.len(), "two nodes are in one place");
    }
}

/// Root `index` as a field may hold it: the guardian stays out of the graph.
fn value_of<'m, 'id>(session: &'m Session<'id>, index: usize) -> Value<'m, 'id> {
    if index == GUARDIAN_ROOT {
        session.integer(0)
    } else {
        session.root(index)
    }
}
