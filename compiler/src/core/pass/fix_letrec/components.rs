//! Strongly connected components of a graph of bindings.

use super::group::BindingId;
use crate::id::IdVec;

/// The strongly connected components of a graph, each after those that it has edges to, with ascending
/// members (Tarjan 1972).
pub(super) fn strong_components(edges: &IdVec<BindingId, Vec<BindingId>>) -> Vec<Vec<BindingId>> {
    let mut search = Search {
        edges,
        number: edges.side_table(0),
        low: edges.side_table(0),
        is_open: edges.side_table(false),
        open: Vec::new(),
        count: 0,
        components: Vec::new(),
    };
    for node in edges.ids() {
        if search.number[node] == 0 {
            search.from(node);
        }
    }
    search.components
}

struct Search<'graph> {
    edges: &'graph IdVec<BindingId, Vec<BindingId>>,
    /// In the order of discovery from 1; 0 before it.
    number: IdVec<BindingId, u32>,
    low: IdVec<BindingId, u32>,
    is_open: IdVec<BindingId, bool>,
    open: Vec<BindingId>,
    count: u32,
    components: Vec<Vec<BindingId>>,
}

impl Search<'_> {
    fn discover(&mut self, node: BindingId) {
        self.count += 1;
        self.number[node] = self.count;
        self.low[node] = self.count;
        self.is_open[node] = true;
        self.open.push(node);
    }

    fn from(&mut self, root: BindingId) {
        self.discover(root);
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(&successor) = self.edges[node].get(*next) else {
                path.pop();
                self.close(node);
                if let Some(&(parent, _)) = path.last() {
                    self.lower(parent, self.low[node]);
                }
                continue;
            };
            *next += 1;
            if self.number[successor] == 0 {
                self.discover(successor);
                path.push((successor, 0));
            } else if self.is_open[successor] {
                self.lower(node, self.number[successor]);
            }
        }
    }

    fn lower(&mut self, node: BindingId, to: u32) {
        let low = &mut self.low[node];
        *low = (*low).min(to);
    }

    /// Ends the component of which `node` was found first, if that is so.
    fn close(&mut self, node: BindingId) {
        if self.low[node] != self.number[node] {
            return;
        }
        let start = self
            .open
            .iter()
            .rposition(|&open| open == node)
            .expect("a node stays open until its component is complete");
        let mut component = self.open.split_off(start);
        for &member in &component {
            self.is_open[member] = false;
        }
        component.sort_unstable();
        self.components.push(component);
    }
}
