//! A value of one heap is no value of another.

fn main() {
    let mut one = cozen::Runtime::new().unwrap();
    let mut two = cozen::Runtime::new().unwrap();
    one.enter(|one| {
        two.enter(|two| {
            let heap = one.heap();
            let _ = heap.cons(two.value(), heap.null());
        });
    });
}
