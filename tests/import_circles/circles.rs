//! The circles of a graph: its strongly connected components of more than one node (Tarjan 1972).

use std::collections::BTreeMap;

/// The circles among nodes that lead to the nodes which `successors` has for them; largest first.
pub(crate) fn circles(successors: &[BTreeMap<usize, String>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        successors,
        order: vec![None; successors.len()],
        lowest: vec![0; successors.len()],
        stack: Vec::new(),
        count: 0,
        circles: Vec::new(),
    };
    for node in 0..successors.len() {
        if search.order[node].is_none() {
            search.visit(node);
        }
    }
    search
        .circles
        .sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    search.circles
}

struct Search<'g> {
    successors: &'g [BTreeMap<usize, String>],
    /// When a node was found.
    order: Vec<Option<usize>>,
    /// The earliest node of the stack that a node leads to.
    lowest: Vec<usize>,
    stack: Vec<usize>,
    count: usize,
    circles: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn visit(&mut self, node: usize) {
        let order = self.count;
        self.count += 1;
        self.order[node] = Some(order);
        self.lowest[node] = order;
        self.stack.push(node);
        for &next in self.successors[node].keys() {
            match self.order[next] {
                None => {
                    self.visit(next);
                    self.lowest[node] = self.lowest[node].min(self.lowest[next]);
                }
                Some(found) if self.stack.contains(&next) => {
                    self.lowest[node] = self.lowest[node].min(found);
                }
                Some(_) => {}
            }
        }
        if self.lowest[node] == order {
            let start = self.stack.iter().position(|&other| other == node);
            let mut circle = self.stack.split_off(start.expect("the node was pushed"));
            circle.sort_unstable();
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
    }
}

#[test]
fn nodes_that_reach_each_other_form_a_circle() {
    let graph = |successors: &[&[usize]]| -> Vec<BTreeMap<usize, String>> {
        let node = |next: &&[usize]| next.iter().map(|&node| (node, String::new())).collect();
        successors.iter().map(node).collect()
    };
    let no_circle: &[Vec<usize>] = &[];
    assert_eq!(circles(&graph(&[&[1, 2], &[2], &[]])), no_circle);
    let two = graph(&[&[1], &[0, 2], &[3], &[4], &[2], &[0]]);
    assert_eq!(circles(&two), [vec![2, 3, 4], vec![0, 1]]);
}
