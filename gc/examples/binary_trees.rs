//! Binary trees: many short-lived trees beside a long-lived one. Prints the time of each depth.
//!
//! `cargo run --release -p cozen-gc --example binary_trees -- 18 pairs`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use gc::toy::{Session, enter};
use gc::{HeapOptions, Outcome, Value};

const DEPTH_MIN: u32 = 4;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let depth = arguments
        .next()
        .map_or(16, |text| text.parse().expect("a depth"));
    let with_headers = arguments.next().is_some_and(|text| text == "records");
    let nursery_kib = arguments
        .next()
        .map(|text| text.parse::<usize>().expect("KiB"));
    let mut options = HeapOptions::default();
    if let Some(kib) = nursery_kib {
        options.nursery_bytes = kib << 10;
    }
    enter(&options, |session| run(session, depth, with_headers)).expect("address space");
}

fn run(session: &mut Session<'_>, depth_max: u32, with_headers: bool) {
    let start = Instant::now();
    let long_lived = make_tree(session, depth_max, with_headers);
    for depth in (DEPTH_MIN..=depth_max).step_by(2) {
        let started = Instant::now();
        let iterations = 1_u64 << (depth_max - depth + DEPTH_MIN);
        let mut nodes = 0;
        for _ in 0..iterations {
            let tree = make_tree(session, depth, with_headers);
            nodes += check(session, session.root(tree));
            session.truncate_roots(tree);
        }
        println!(
            "{iterations:8} trees of depth {depth:2}: {nodes:9} nodes, {:?}",
            started.elapsed()
        );
    }
    let nodes = check(session, session.root(long_lived));
    let statistics = session.mutator().statistics();
    println!("long-lived tree: {nodes} nodes; all: {:?}", start.elapsed());
    println!("{statistics:#?}");
}

/// Builds a tree bottom up; its root is the returned root number. Polls at each node.
fn make_tree(session: &mut Session<'_>, depth: u32, with_headers: bool) -> usize {
    assert_eq!(session.poll(), Outcome::Done);
    if depth == 0 {
        let leaf = session.integer(0);
        return session.push_root(node(session, leaf, leaf, with_headers));
    }
    let left = make_tree(session, depth - 1, with_headers);
    let right = make_tree(session, depth - 1, with_headers);
    let tree = node(
        session,
        session.root(left),
        session.root(right),
        with_headers,
    );
    session.set_root(left, tree);
    session.truncate_roots(right);
    left
}

fn node<'m, 'id>(
    session: &'m Session<'id>,
    left: Value<'m, 'id>,
    right: Value<'m, 'id>,
    with_header: bool,
) -> Value<'m, 'id> {
    if with_header {
        session.vector(&[left, right])
    } else {
        session.pair(left, right)
    }
}

fn check<'m, 'id>(session: &'m Session<'id>, tree: Value<'m, 'id>) -> u64 {
    if session.as_integer(tree).is_some() {
        return 0;
    }
    1 + check(session, session.field(tree, 0)) + check(session, session.field(tree, 1))
}
