//! Strongly connected components of a graph of bindings.

use crate::core::grow::index;

/// The strongly connected components of a graph, each after those that it has edges to, with ascending
/// members (Tarjan 1972).
pub(super) fn strong_components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        edges,
        number: vec![0; edges.len()],
        low: vec![0; edges.len()],
        is_open: vec![false; edges.len()],
        open: Vec::new(),
        count: 0,
        components: Vec::new(),
    };
    for node in 0..index(edges.len()) {
        if search.number[node as usize] == 0 {
            search.from(node);
        }
    }
    search.components
}

struct Search<'graph> {
    edges: &'graph [Vec<u32>],
    /// In the order of discovery from 1; 0 before it.
    number: Vec<u32>,
    low: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<u32>,
    count: u32,
    components: Vec<Vec<u32>>,
}

impl Search<'_> {
    fn discover(&mut self, node: u32) {
        self.count += 1;
        self.number[node as usize] = self.count;
        self.low[node as usize] = self.count;
        self.is_open[node as usize] = true;
        self.open.push(node);
    }

    fn from(&mut self, root: u32) {
        self.discover(root);
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(&successor) = self.edges[node as usize].get(*next) else {
                path.pop();
                self.close(node);
                if let Some(&(parent, _)) = path.last() {
                    self.lower(parent, self.low[node as usize]);
                }
                continue;
            };
            *next += 1;
            if self.number[successor as usize] == 0 {
                self.discover(successor);
                path.push((successor, 0));
            } else if self.is_open[successor as usize] {
                self.lower(node, self.number[successor as usize]);
            }
        }
    }

    fn lower(&mut self, node: u32, to: u32) {
        let low = &mut self.low[node as usize];
        *low = (*low).min(to);
    }

    /// Ends the component of which `node` was found first, if that is so.
    fn close(&mut self, node: u32) {
        if self.low[node as usize] != self.number[node as usize] {
            return;
        }
        let start = self
            .open
            .iter()
            .rposition(|&open| open == node)
            .expect("a node stays open until its component is complete");
        let mut component = self.open.split_off(start);
        for &member in &component {
            self.is_open[member as usize] = false;
        }
        component.sort_unstable();
        self.components.push(component);
    }
}
