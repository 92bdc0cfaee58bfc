//! Forms on their way into the machine that runs procedures of macros, and back.
//!
//! A form becomes pairs, vectors and atoms, as the text says. An identifier becomes a record of the library `(cozen
//! syntax)`. The machine keeps a vector of all parts of the form that was given: a part that comes back, unchanged, is
//! known by its address.

use std::collections::HashMap;
use std::rc::Rc;

use compiler::expand::{Form, FormNode, MacroHost};
use vm::{Mutator, Value};

/// The record types of the library, by the names of their globals.
pub(crate) const IDENTIFIER: &str = "%identifier";
pub(crate) const OPAQUE: &str = "%opaque";
pub(crate) const RAW_FORM: &str = "%raw-form";

/// What a part of a form takes in the heap at most, beside its text.
const PART_BYTES: usize = 96;

/// What the heap needs for a form.
pub(crate) fn form_bytes(form: &Form) -> usize {
    let bytes = form.nodes.iter().map(|node| match node {
        FormNode::Vector(items) => 16 + items.len() * 8,
        FormNode::Identifier { text, .. } => text.len() * 4,
        FormNode::Atom(atom) => match &**atom {
            syntax::DatumKind::String(text) => text.len() * 4,
            syntax::DatumKind::Bytevector(bytes) => bytes.len(),
            _ => 16,
        },
        _ => 0,
    });
    bytes.fold(0, |sum: usize, bytes| {
        sum.saturating_add(bytes + PART_BYTES)
    })
}

/// The values of all parts of a form, in their order. `None` if the heap is too small, or the library is not loaded.
pub(crate) fn values_of<'m>(m: &'m Mutator<'_>, form: &Form) -> Option<Vec<Value<'m>>> {
    let [identifier, opaque] = [IDENTIFIER, OPAQUE].map(|key| m.global(key));
    let mut values: Vec<Value<'m>> = Vec::with_capacity(form.nodes.len());
    for node in &form.nodes {
        let index = Value::count(values.len());
        let value = match node {
            FormNode::Null => Value::NULL,
            FormNode::Pair(car, cdr) => m.cons(values[*car as usize], values[*cdr as usize]),
            FormNode::Vector(items) => {
                let items: Vec<_> = items.iter().map(|&item| values[item as usize]).collect();
                m.vector(&items)?
            }
            FormNode::Identifier { name, text } => {
                let fields = [Value::count(*name as usize), m.intern(text), index];
                m.record(identifier?, &fields)?
            }
            FormNode::Atom(atom) => m.plain_value(atom, None)?,
            FormNode::Symbol(text) => m.intern(text),
            FormNode::Opaque | FormNode::Same(_) => m.record(opaque?, &[index])?,
        };
        values.push(value);
    }
    Some(values)
}

/// What came back.
pub(crate) struct Answer<'m, 'a, 'id> {
    m: &'m Mutator<'id>,
    given: &'a Form,
    /// The values of the parts that were given.
    originals: Vec<Value<'m>>,
    /// The compounds among them, by address.
    known: HashMap<u64, u32>,
    identifier: Option<Value<'m>>,
    opaque: Option<Value<'m>>,
    context: &'a mut dyn MacroHost,
    /// Whether symbols are identifiers.
    is_raw: bool,
    form: Form,
    done: HashMap<u64, Progress>,
}

/// How far a compound is.
#[derive(Clone, Copy)]
enum Progress {
    Open,
    Done(u32),
}

/// A step of the walk.
enum Step<'m> {
    Visit(Value<'m>, Option<u32>),
    /// The parts are done.
    Leave(Value<'m>, usize),
}

impl<'m, 'a, 'id> Answer<'m, 'a, 'id> {
    /// For the answer to `given`, whose parts have the values in the vector `originals`.
    pub(crate) fn new(
        m: &'m Mutator<'id>,
        given: &'a Form,
        originals: Value<'m>,
        context: &'a mut dyn MacroHost,
    ) -> Self {
        let originals = m.vector_elements(originals).unwrap_or_default();
        let compounds = (0..).zip(&originals).zip(&given.nodes);
        let compounds = compounds.filter(|(_, node)| {
            matches!(
                node,
                FormNode::Pair(..)
                    | FormNode::Vector(_)
                    | FormNode::Identifier { .. }
                    | FormNode::Opaque
            )
        });
        let known = compounds.map(|((index, value), _)| (value.word(), index));
        let known = known.collect();
        Self {
            m,
            given,
            originals,
            known,
            identifier: m.global(IDENTIFIER),
            opaque: m.global(OPAQUE),
            context,
            is_raw: false,
            form: Form::default(),
            done: HashMap::new(),
        }
    }

    /// The form that `value` is.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn read(mut self, value: Value<'m>) -> Result<Form, String> {
        let mut value = value;
        if let Some(raw) = self.m.global(RAW_FORM)
            && let Some(&[form]) = self.m.record_fields(value, raw).as_deref()
        {
            self.is_raw = true;
            value = form;
        }
        let mut steps = vec![Step::Visit(value, None)];
        // The nodes of the parts that are done and whose compound is not.
        let mut nodes: Vec<u32> = Vec::new();
        while let Some(step) = steps.pop() {
            match step {
                Step::Visit(value, hint) => {
                    if let Some(node) = self.visit(value, hint, &mut steps)? {
                        nodes.push(node);
                    }
                }
                Step::Leave(value, count) => {
                    let parts = nodes.split_off(nodes.len() - count);
                    let node = self.leave(value, parts);
                    nodes.push(node);
                }
            }
        }
        // The last node is the form.
        let root = nodes.pop().expect("a walk leaves one node");
        if root as usize + 1 != self.form.nodes.len() {
            let node = self.form.nodes[root as usize].clone();
            self.form.nodes.push(node);
        }
        Ok(self.form)
    }

    fn push(&mut self, node: FormNode) -> u32 {
        self.form.nodes.push(node);
        u32::try_from(self.form.nodes.len() - 1)
            .expect("a form in a heap has fewer than 2^32 parts")
    }

    /// The node of a value, or steps that lead to it. `hint` is the part that was given in the same place.
    fn visit(
        &mut self,
        value: Value<'m>,
        hint: Option<u32>,
        steps: &mut Vec<Step<'m>>,
    ) -> Result<Option<u32>, String> {
        match self.done.get(&value.word()) {
            Some(Progress::Done(node)) => return Ok(Some(*node)),
            Some(Progress::Open) => {
                return Err("the macro's procedure has returned circular data".to_owned());
            }
            None => {}
        }
        let parts = match self.m.pair(value) {
            Some((car, cdr)) => vec![car, cdr],
            None => match self.m.vector_elements(value) {
                Some(elements) => elements,
                None => return self.leaf(value, hint).map(Some),
            },
        };
        self.done.insert(value.word(), Progress::Open);
        let known = self.known.get(&value.word()).copied();
        let hints: Vec<u32> = match known.map(|index| &self.given.nodes[index as usize]) {
            Some(FormNode::Pair(car, cdr)) => vec![*car, *cdr],
            Some(FormNode::Vector(items)) => items.clone(),
            _ => Vec::new(),
        };
        steps.push(Step::Leave(value, parts.len()));
        for (index, &part) in parts.iter().enumerate().rev() {
            steps.push(Step::Visit(part, hints.get(index).copied()));
        }
        Ok(None)
    }

    fn leaf(&mut self, value: Value<'m>, hint: Option<u32>) -> Result<u32, String> {
        if let Some(index) = hint
            && self.originals[index as usize] == value
        {
            return Ok(self.push(FormNode::Same(index)));
        }
        if let Some(&index) = self.known.get(&value.word()) {
            return Ok(self.push(FormNode::Same(index)));
        }
        if let Some(kind) = self.m.plain_datum(value) {
            let node = match kind {
                syntax::DatumKind::Null => FormNode::Null,
                kind => FormNode::Atom(Rc::new(kind)),
            };
            return Ok(self.push(node));
        }
        if let Some(text) = self.m.symbol_name(value) {
            return Ok(self.symbol(text, hint));
        }
        if let Some(of) = self.identifier
            && let Some(&[name, symbol, _]) = self.m.record_fields(value, of).as_deref()
            && let Some(name) = name.as_index().and_then(|name| u32::try_from(name).ok())
        {
            let text = self.m.symbol_name(symbol).unwrap_or_default().into();
            return Ok(self.push(FormNode::Identifier { name, text }));
        }
        if let Some(of) = self.opaque
            && self.m.record_fields(value, of).is_some()
        {
            return Err("the macro's procedure has returned a part of another form".to_owned());
        }
        let written = self.m.abridged(value);
        Err(format!(
            "the macro's procedure has returned {written}, which no text denotes"
        ))
    }

    fn symbol(&mut self, text: String, hint: Option<u32>) -> u32 {
        if !self.is_raw {
            return self.push(FormNode::Symbol(text));
        }
        let name = self.context.symbol(&text);
        if let Some(index) = hint
            && let FormNode::Identifier { name: given, .. } = &self.given.nodes[index as usize]
            && *given == name
        {
            return self.push(FormNode::Same(index));
        }
        let text = text.into();
        self.push(FormNode::Identifier { name, text })
    }

    /// The node of a compound whose parts are done.
    fn leave(&mut self, value: Value<'m>, parts: Vec<u32>) -> u32 {
        let known = self.known.get(&value.word()).copied();
        let is_same = known.is_some_and(|index| {
            let same = |part: &u32, given: &u32| {
                matches!(self.form.nodes[*part as usize], FormNode::Same(index) if index == *given)
            };
            match &self.given.nodes[index as usize] {
                FormNode::Pair(car, cdr) => {
                    matches!(parts.as_slice(), [left, right] if same(left, car) && same(right, cdr))
                }
                FormNode::Vector(items) => {
                    items.len() == parts.len() && parts.iter().zip(items).all(|(a, b)| same(a, b))
                }
                _ => false,
            }
        });
        let node = match known {
            Some(index) if is_same => FormNode::Same(index),
            _ if self.m.pair(value).is_some() => FormNode::Pair(parts[0], parts[1]),
            _ => FormNode::Vector(parts),
        };
        let node = self.push(node);
        self.done.insert(value.word(), Progress::Done(node));
        node
    }
}
