//! How what liveness holds grows with the values that are live at once.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::ssa::analysis::{Graph, Liveness};
use crate::ssa::ir::ProcedureId;
use crate::ssa::parse::parse;

/// The nodes of the sets of a procedure in which `count` values are live at once: each is computed behind a branch of
/// its own, and all are used at the end, which each branch may go to at once, or which is in a loop.
fn nodes(count: usize, end: &str) -> usize {
    let mut text = "(procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) (jump (b1)))".to_owned();
    for number in 1..=count {
        let [start, yes, no] = [0, 1, 2].map(|part| 3 * number - 2 + part);
        let next = start + 3;
        write!(
            text,
            "(block b{start} () (let v{number} (primitive car v0)) (branch (eq-word v0 {number}) (b{yes}) (b{no})))
             (block b{yes} () (jump (b{next})))
             (block b{no} () (jump (b{next})))"
        )
        .unwrap();
    }
    let all: Vec<String> = (1..=count).map(|number| format!("v{number}")).collect();
    let [last, exit] = [1, 2].map(|part| 3 * count + part);
    write!(
        text,
        "(block b{last} () (let v{last} (primitive vector {})) {end})
         (block b{exit} () (return v0)))",
        all.join(" "),
    )
    .unwrap();
    let text = text
        .replace("LAST", &last.to_string())
        .replace("EXIT", &exit.to_string());
    let unit = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let procedure = &unit.procedures[ProcedureId::ENTRY];
    let liveness = Liveness::new(procedure, &Graph::new(procedure));
    let mut seen = HashSet::new();
    for set in liveness.live_in.iter().chain(&liveness.live_out) {
        set.collect_nodes(&mut seen);
    }
    seen.len()
}

#[test]
fn memory_grows_with_the_live_values_and_not_with_their_square() {
    for end in ["(return v0)", "(branch (eq-word v0 0) (b1) (bEXIT))"] {
        let few = nodes(1000, end);
        let more = nodes(4000, end);
        assert!(more < 5 * few, "{end}: {few} and {more} nodes");
        assert!(more < 20 * 4000, "{end}: {more}");
    }
}
