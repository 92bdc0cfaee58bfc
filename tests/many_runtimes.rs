//! Thousands of runtimes live at once in a process: each reserves a part of the address space that is left.

#[path = "support/runtime.rs"]
mod runtime;

use runtime::runtime_builder;

/// With 256 GiB each, 512 runtimes take all address space of a process.
const RUNTIMES: i64 = 2000;

#[test]
fn more_runtimes_live_at_once_than_arenas_of_full_size_fit_the_address_space() {
    let mut runtimes = Vec::new();
    for number in 0..RUNTIMES {
        let mut runtime = runtime_builder().build().expect("there is address space");
        // Now and then one is used, so that the test is not long.
        if number % 40 == 0 {
            let text = format!("(define x (list {number}))");
            runtime.enter(|scheme| scheme.run_text(&text, "test").expect("it is defined"));
        }
        runtimes.push(runtime);
    }
    let numbers = 0_i64..;
    for (number, runtime) in numbers.zip(&mut runtimes).step_by(40) {
        runtime.enter(|scheme| {
            scheme.collect();
            assert_eq!(scheme.evaluate::<Vec<i64>>("x").unwrap(), [number]);
        });
    }
    drop(runtimes);
    let mut runtime = runtime_builder()
        .build()
        .expect("all address space is back");
    let sum = runtime.enter(|scheme| scheme.evaluate::<i64>("(+ 1 2)"));
    assert_eq!(sum.unwrap(), 3);
}
