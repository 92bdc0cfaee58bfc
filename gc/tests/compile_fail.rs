//! The borrow checker refuses stale values, and values of another heap.

#[test]
fn stale_and_foreign_values_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
