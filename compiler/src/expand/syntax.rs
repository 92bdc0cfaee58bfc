//! Syntax: data whose symbols are names, in an arena that lives for one compilation.
//!
//! Data come in by [`Syntax::import`] and leave by [`Syntax::export`] (quotation), which turns
//! aliases back into symbols. Circular data (datum labels) are opaque here: they can be quoted and
//! are never walked.

use std::rc::Rc;

use syntax::{Data, DatumId, DatumKind, Integer, Number, Span, SymbolId};

use super::name::{Name, Names};
use crate::checkpoint;
use crate::id::{IdVec, define_ids};
use crate::id_map::{IdMap, IdSet};
use crate::memory;

define_ids! {
    /// A piece of syntax.
    pub(crate) SyntaxId;
}

/// What a piece of syntax is.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Pair(SyntaxId, SyntaxId),
    Name(Name),
    Vector(Rc<[SyntaxId]>),
    /// A number, string, character, boolean, bytevector or live object.
    Atom(Rc<DatumKind>),
    /// A datum that contains itself.
    Circular(Rc<Circular>),
}

/// A datum that contains itself, in an arena of its own.
#[derive(Debug)]
pub(crate) struct Circular {
    data: Data,
    root: DatumId,
}

/// Where a piece of syntax was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileSpan {
    /// Index of the file.
    pub(crate) file: u16,
    pub(crate) span: Span,
}

impl FileSpan {
    /// Places in the order of their files and texts.
    pub(crate) const fn order(self) -> (u16, u32) {
        (self.file, self.span.start)
    }
}

/// The arena.
#[derive(Debug, Default)]
pub(crate) struct Syntax {
    nodes: IdVec<SyntaxId, Node>,
    places: IdVec<SyntaxId, FileSpan>,
    /// Whether a live object was ever pushed.
    pub(crate) has_live_objects: bool,
}

/// A list, taken apart: its items, and what follows the last one.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) items: Vec<SyntaxId>,
    pub(crate) tail: SyntaxId,
    pub(crate) is_proper: bool,
}

impl Syntax {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn push(&mut self, node: Node, place: FileSpan) -> SyntaxId {
        checkpoint::step();
        memory::take(memory::SYNTAX_BYTES);
        if let Node::Atom(atom) = &node {
            self.has_live_objects |= matches!(**atom, DatumKind::External(_));
        }
        self.places.push(place);
        self.nodes.push(node)
    }

    pub(crate) fn node(&self, id: SyntaxId) -> &Node {
        &self.nodes[id]
    }

    pub(crate) fn place(&self, id: SyntaxId) -> FileSpan {
        self.places[id]
    }

    pub(crate) fn as_pair(&self, id: SyntaxId) -> Option<(SyntaxId, SyntaxId)> {
        match self.node(id) {
            Node::Pair(car, cdr) => Some((*car, *cdr)),
            _ => None,
        }
    }

    pub(crate) fn as_name(&self, id: SyntaxId) -> Option<Name> {
        match self.node(id) {
            Node::Name(name) => Some(*name),
            _ => None,
        }
    }

    /// The text of a string literal.
    pub(crate) fn as_string(&self, id: SyntaxId) -> Option<Rc<str>> {
        match self.node(id) {
            Node::Atom(atom) => match &**atom {
                DatumKind::String(text) => Some((**text).into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes a list apart. Lists here always end: circular ones are opaque.
    pub(crate) fn list(&self, id: SyntaxId) -> List {
        let mut items = Vec::new();
        let mut rest = id;
        while let Node::Pair(car, cdr) = *self.node(rest) {
            items.push(car);
            rest = cdr;
        }
        List {
            items,
            tail: rest,
            is_proper: matches!(self.node(rest), Node::Null),
        }
    }

    /// The items of a proper list.
    pub(crate) fn proper_list(&self, id: SyntaxId) -> Option<Vec<SyntaxId>> {
        let list = self.list(id);
        list.is_proper.then_some(list.items)
    }

    /// A list of `items`, ending in `tail`.
    pub(crate) fn push_list(
        &mut self,
        items: &[SyntaxId],
        tail: SyntaxId,
        place: FileSpan,
    ) -> SyntaxId {
        let pairs = items.iter().rev();
        pairs.fold(tail, |rest, &item| self.push(Node::Pair(item, rest), place))
    }

    /// Replaces every name.
    pub(crate) fn rename(&mut self, mut rename: impl FnMut(Name) -> Name) {
        for node in &mut self.nodes {
            if let Node::Name(name) = node {
                *name = rename(*name);
            }
        }
    }

    /// Takes in data of `data`.
    pub(crate) fn import_all(
        &mut self,
        names: &mut Names,
        data: &Data,
        roots: &[DatumId],
        file: u16,
    ) -> Vec<SyntaxId> {
        let mut import = Import {
            syntax: self,
            names,
            data,
            file,
            progress: vec![Progress::New; data.len()],
            done: Vec::new(),
            circular: IdSet::default(),
            symbols: Vec::new(),
        };
        roots.iter().map(|&root| import.import(root)).collect()
    }

    /// Puts the parts of a node that are still to be done onto a stack, the first one on top; whether there are any.
    pub(super) fn add_parts(
        &self,
        id: SyntaxId,
        stack: &mut Vec<SyntaxId>,
        is_left: impl Fn(SyntaxId) -> bool,
    ) -> bool {
        let before = stack.len();
        match self.node(id) {
            Node::Pair(car, cdr) => {
                stack.extend([*cdr, *car].into_iter().filter(|&part| is_left(part)));
            }
            Node::Vector(items) => {
                stack.extend(items.iter().rev().copied().filter(|&part| is_left(part)));
            }
            _ => {}
        }
        stack.len() > before
    }

    /// Adds the datum that `root` denotes to `data`.
    pub(crate) fn export(&self, names: &Names, root: SyntaxId, data: &mut Data) -> DatumId {
        let mut done: IdMap<SyntaxId, DatumId> = IdMap::default();
        let mut pending = vec![root];
        while let Some(&id) = pending.last() {
            checkpoint::step();
            if done.contains_key(&id) {
                pending.pop();
                continue;
            }
            if self.add_parts(id, &mut pending, |part| !done.contains_key(&part)) {
                continue;
            }
            pending.pop();
            memory::take(memory::LITERAL_BYTES);
            let span = self.place(id).span;
            let datum = match self.node(id) {
                Node::Null => data.push(DatumKind::Null, span),
                Node::Pair(car, cdr) => data.push(DatumKind::Pair(done[car], done[cdr]), span),
                Node::Name(name) => data.push_symbol(names.text(*name), span),
                Node::Vector(items) => {
                    let items = items.iter().map(|item| done[item]).collect();
                    data.push(DatumKind::Vector(items), span)
                }
                Node::Atom(atom) => data.push((**atom).clone(), span),
                Node::Circular(circular) => copy_graph(&circular.data, circular.root, data),
            };
            done.insert(id, datum);
        }
        done[&root]
    }
}

/// One import under way.
struct Import<'a> {
    syntax: &'a mut Syntax,
    names: &'a mut Names,
    data: &'a Data,
    file: u16,
    /// How far each datum is.
    progress: Vec<Progress>,
    /// What was done for the root that is walked.
    done: Vec<DatumId>,
    /// Data that are imported as opaque.
    circular: IdSet<DatumId>,
    /// The names of the symbols that were met, by number.
    symbols: Vec<Option<Name>>,
}

/// How far the import of a datum is.
#[derive(Clone, Copy)]
enum Progress {
    New,
    /// Its parts are being walked.
    Open,
    Done(SyntaxId),
}

impl Import<'_> {
    fn import(&mut self, root: DatumId) -> SyntaxId {
        let heads_before = self.circular.len();
        self.done.clear();
        let id = self.walk(root);
        if self.circular.len() == heads_before {
            return id;
        }
        // Some edges led back to a datum being walked: every circle contains the target of one.
        for datum in std::mem::take(&mut self.done) {
            self.progress[datum.index()] = Progress::New;
        }
        self.walk(root)
    }

    fn walk(&mut self, root: DatumId) -> SyntaxId {
        let mut pending = vec![root];
        while let Some(&datum) = pending.last() {
            checkpoint::step();
            let progress = self.progress[datum.index()];
            if let Progress::Done(id) = progress {
                if pending.len() == 1 {
                    return id;
                }
                pending.pop();
                continue;
            }
            if matches!(progress, Progress::New) && !self.circular.contains(&datum) {
                self.progress[datum.index()] = Progress::Open;
                let before = pending.len();
                match self.data.kind(datum) {
                    DatumKind::Pair(car, cdr) => {
                        self.visit(*cdr, &mut pending);
                        self.visit(*car, &mut pending);
                    }
                    DatumKind::Vector(items) => {
                        for &item in items.iter().rev() {
                            self.visit(item, &mut pending);
                        }
                    }
                    _ => {}
                }
                if pending.len() > before {
                    continue;
                }
            }
            let id = self.finish(datum);
            self.progress[datum.index()] = Progress::Done(id);
            self.done.push(datum);
        }
        unreachable!("the root stays pending until it is done")
    }

    fn visit(&mut self, part: DatumId, pending: &mut Vec<DatumId>) {
        match self.progress[part.index()] {
            Progress::New => pending.push(part),
            Progress::Open => {
                self.circular.insert(part);
            }
            Progress::Done(_) => {}
        }
    }

    /// Makes the node of a datum whose parts are done.
    fn finish(&mut self, datum: DatumId) -> SyntaxId {
        let place = FileSpan {
            file: self.file,
            span: self.data.span(datum),
        };
        let node = if self.circular.contains(&datum) {
            let mut data = Data::new();
            let root = copy_graph(self.data, datum, &mut data);
            Node::Circular(Rc::new(Circular { data, root }))
        } else {
            match self.data.kind(datum) {
                DatumKind::Null => Node::Null,
                DatumKind::Pair(car, cdr) => Node::Pair(self.part(*car), self.part(*cdr)),
                DatumKind::Vector(items) => {
                    Node::Vector(items.iter().map(|&item| self.part(item)).collect())
                }
                DatumKind::Symbol(symbol) => Node::Name(self.name(*symbol)),
                atom => {
                    memory::take_all(atom_bytes(atom), memory::COPIES);
                    Node::Atom(Rc::new(atom.clone()))
                }
            }
        };
        self.syntax.push(node, place)
    }

    fn name(&mut self, symbol: SymbolId) -> Name {
        let number = symbol.index();
        if number >= self.symbols.len() {
            self.symbols.resize(number + 1, None);
        }
        let text = self.data.symbol_name(symbol);
        *self.symbols[number].get_or_insert_with(|| self.names.symbol(text))
    }

    /// The node of a part; of a part that is still open any node will do: the walk is repeated.
    fn part(&mut self, part: DatumId) -> SyntaxId {
        match self.progress[part.index()] {
            Progress::Done(id) => id,
            _ => self.syntax.push(Node::Null, FileSpan::default()),
        }
    }
}

/// Bytes of a text or a number of no fixed size.
fn atom_bytes(atom: &DatumKind) -> usize {
    match atom {
        DatumKind::String(text) => text.len(),
        DatumKind::Bytevector(bytes) => bytes.len(),
        DatumKind::Number(number) => number_bytes(number),
        _ => 0,
    }
}

fn number_bytes(number: &Number) -> usize {
    match number {
        Number::Integer(integer) => integer_bytes(integer),
        Number::Ratio(ratio) => integer_bytes(&ratio.numerator) + integer_bytes(&ratio.denominator),
        Number::Complex(complex) => number_bytes(&complex.real) + number_bytes(&complex.imaginary),
        Number::Flonum(_) => 0,
    }
}

fn integer_bytes(integer: &Integer) -> usize {
    match integer {
        Integer::Small(_) => 0,
        Integer::Big { magnitude, .. } => size_of_val::<[u64]>(magnitude),
    }
}

/// Copies a datum and all that it consists of, circles included.
pub(crate) fn copy_graph(from: &Data, root: DatumId, to: &mut Data) -> DatumId {
    let mut copies: IdMap<DatumId, DatumId> = IdMap::default();
    let mut pending = vec![root];
    let mut order = Vec::new();
    while let Some(datum) = pending.pop() {
        checkpoint::step();
        if copies.contains_key(&datum) {
            continue;
        }
        copies.insert(datum, to.push(DatumKind::Null, from.span(datum)));
        order.push(datum);
        match from.kind(datum) {
            DatumKind::Pair(car, cdr) => pending.extend([*cdr, *car]),
            DatumKind::Vector(items) => pending.extend(items.iter().rev()),
            _ => {}
        }
    }
    for datum in order {
        checkpoint::step();
        let kind = match from.kind(datum) {
            DatumKind::Pair(car, cdr) => DatumKind::Pair(copies[car], copies[cdr]),
            DatumKind::Vector(items) => {
                DatumKind::Vector(items.iter().map(|item| copies[item]).collect())
            }
            DatumKind::Symbol(symbol) => DatumKind::Symbol(to.intern(from.symbol_name(*symbol))),
            leaf => leaf.clone(),
        };
        to.set_kind(copies[&datum], kind);
    }
    copies[&root]
}
