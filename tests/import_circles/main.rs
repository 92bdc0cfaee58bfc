//! Files of a crate import each other in one direction: what moves data stands above the data.

use std::fmt::Write;
use std::path::Path;

use crate_graph::CrateGraph;

mod circles;
mod crate_graph;
mod source;

/// The circles that each crate still has: how many files each circle joins, largest first. A number may only fall,
/// in the commit that breaks its circle.
const CIRCLES: &[(&str, &[usize])] = &[
    ("abi/src", &[]),
    ("gc/src", &[]),
    ("syntax/src", &[]),
    ("loader/src", &[]),
    ("vm/src", &[]),
    ("compiler/src", &[]),
    ("native/src", &[]),
    ("src", &[]),
    ("cli/src", &[]),
];

#[test]
fn files_import_each_other_in_one_direction() {
    let mut problems = String::new();
    for &(folder, expected) in CIRCLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let graph = CrateGraph::read(&path);
        let circles = circles::circles(&graph.imports);
        let sizes: Vec<_> = circles.iter().map(Vec::len).collect();
        if sizes != expected {
            writeln!(
                problems,
                "{folder} has circles of {sizes:?} files instead of {expected:?}"
            )
            .expect("a text grows");
            for circle in circles {
                describe(&graph, &circle, &mut problems);
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// Tells which file of a circle imports which others.
fn describe(graph: &CrateGraph, circle: &[usize], text: &mut String) {
    writeln!(text, "  a circle of {} files:", circle.len()).expect("a text grows");
    for &file in circle {
        writeln!(text, "    {} imports", graph.name(file)).expect("a text grows");
        for (target, name) in &graph.imports[file] {
            if circle.contains(target) {
                writeln!(text, "      {} for {name}", graph.name(*target)).expect("a text grows");
            }
        }
    }
}
