//! A heap of one's own: pairs and vectors.
//!
//! The model takes forty lines, the safe surface over it as many: what comes below `main` has no unsafe
//! code and cannot break the heap.
//!
//! `cargo run -p gc --example own_heap`
#![expect(clippy::print_stdout, reason = "an example prints")]

use gc::{
    Address, Brand, CollectReason, HeapOptions, Mutator, OBJECT_ALIGN_BYTES, ObjectModel, Outcome,
    Scope, Slot, Value, Visitor, WORD_BYTES,
};

/// Odd words are integers; even ones are addresses of objects, but for zero. An object starts with twice
/// the number of its fields plus one, or, once it has moved, with its new address.
struct Model;

fn bytes_of(fields: usize) -> usize {
    ((1 + fields) * WORD_BYTES).next_multiple_of(OBJECT_ALIGN_BYTES)
}

unsafe fn fields_of(object: Address) -> usize {
    // SAFETY: an initialised object, by the contract of this function, starts with this word.
    (unsafe { object.load_word() } / 2) as usize
}

// SAFETY: the answers follow the layout above, to which `Heap::vector` keeps.
unsafe impl ObjectModel for Model {
    type State = Vec<u64>; // The roots.

    fn reference(word: u64) -> Option<Address> {
        (word != 0 && word.is_multiple_of(2)).then_some(Address::from_word(word))
    }
    fn with_address(_: u64, address: Address) -> u64 {
        address.word()
    }
    unsafe fn size_bytes(object: Address) -> usize {
        // SAFETY: the object is initialised, by the contract of this function.
        bytes_of(unsafe { fields_of(object) })
    }
    unsafe fn forwarded(object: Address) -> Option<Address> {
        // SAFETY: the object is initialised, by the contract of this function.
        Self::reference(unsafe { object.load_word() })
    }
    unsafe fn forward(object: Address, to: Address) {
        // SAFETY: nothing else is needed of the object, by the contract of this function.
        unsafe { object.store_word(to.word()) };
    }
    unsafe fn trace<V: Visitor>(object: Address, visitor: &mut V) {
        // SAFETY: the object is initialised, by the contract of this function.
        for field in 1..=unsafe { fields_of(object) } {
            // SAFETY: an initialised object has values in these words.
            visitor.slot(unsafe { Slot::new(object.offset_words(field)) });
        }
    }
    fn each_root<V: Visitor>(roots: &mut Vec<u64>, _: Scope, visitor: &mut V) {
        for root in roots {
            visitor.slot(Slot::of(root));
        }
    }
}

/// The safe surface: values borrow from the heap, and carry its brand.
struct Heap<'id>(Mutator<Model>, Brand<'id>);

fn enter<R>(body: impl for<'id> FnOnce(&mut Heap<'id>) -> R) -> R {
    let mutator = Mutator::new(&HeapOptions::default(), |_| Vec::new()).expect("address space");
    body(&mut Heap(mutator, Brand::default()))
}

impl<'id> Heap<'id> {
    unsafe fn value(&self, word: u64) -> Value<'_, 'id> {
        assert!(!self.0.is_broken(), "a collection panicked");
        // SAFETY: `word` is a value by the contract of this function; only `enter` chooses brands.
        unsafe { Value::assume(word, self, self.1) }
    }
    fn integer(&self, integer: i64) -> Value<'_, 'id> {
        // SAFETY: integers refer to nothing.
        unsafe { self.value((integer << 1 | 1).cast_unsigned()) }
    }
    fn vector<'m>(&'m self, fields: &[Value<'m, 'id>]) -> Value<'m, 'id> {
        let object = self.0.allocate(bytes_of(fields.len()));
        let header = self.integer(fields.len() as i64);
        for (index, word) in [&header].into_iter().chain(fields).enumerate() {
            // SAFETY: fresh memory for so many words.
            unsafe { object.offset_words(index).store_word(word.word()) };
        }
        // SAFETY: the header and all fields were just written.
        unsafe { self.value(object.word()) }
    }
    fn field<'m>(&'m self, vector: Value<'m, 'id>, index: usize) -> Option<Value<'m, 'id>> {
        let object = Model::reference(vector.word())?;
        // SAFETY: a value of this heap refers to an initialised object, with so many fields.
        unsafe {
            (index < fields_of(object))
                .then(|| self.value(object.offset_words(1 + index).load_word()))
        }
    }
    fn collect_keeping(&mut self, keep: impl FnOnce(&Self) -> Value<'_, 'id>) {
        let word = keep(self).word();
        // SAFETY: a value of this heap becomes the only root.
        unsafe { *self.0.state_mut() = vec![word] };
        let outcome = self.0.collect(CollectReason::Forced(Scope::Full));
        assert_eq!(outcome, Outcome::Done);
    }
    fn kept(&self) -> Option<Value<'_, 'id>> {
        let root = self.0.state().first();
        // SAFETY: the collector keeps roots up to date.
        root.map(|&word| unsafe { self.value(word) })
    }
}

fn main() {
    enter(|heap| {
        heap.collect_keeping(|heap| {
            (0..100_000).fold(heap.integer(0), |rest, number| {
                heap.vector(&[heap.integer(-1)]); // Garbage.
                heap.vector(&[heap.integer(number), rest])
            })
        });
        let rest = heap.kept().and_then(|list| heap.field(list, 1));
        let second = rest.and_then(|rest| heap.field(rest, 0));
        assert_eq!(second.map(Value::word), Some(2 * 99_998 + 1));
        println!("{:#?}", heap.0.statistics());
    });
}
