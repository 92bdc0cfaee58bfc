//! Shapes of code: every analysis of shapes gives the result that its definition says, for all
//! graphs of three blocks and for many larger ones.

use std::fmt::Write as _;

use crate::id::Id;
use crate::shared_set::SharedSet;
use crate::ssa::analysis::{
    Dominators, Flow, Graph, Liveness, blocks_with_fixed_parameters, entry_poll, polls_at_entry,
};
use crate::ssa::ir::{BlockId, Condition, Procedure, ProcedureId, Truth, Unit, ValueId};
use crate::ssa::parse::parse;

/// Where each block goes: nowhere, or to one or two others.
type Shape = Vec<Vec<usize>>;

/// A graph, and what is reached from where.
struct Reference {
    shape: Shape,
    reachable: Vec<bool>,
}

impl Reference {
    fn new(shape: Shape) -> Self {
        let reachable = reached(&shape, &[0], None);
        Self { shape, reachable }
    }

    fn count(&self) -> usize {
        self.shape.len()
    }

    /// Whether each way from the entry to `below` goes through `above`.
    fn dominates(&self, above: usize, below: usize) -> bool {
        let both = self.reachable[above] && self.reachable[below];
        both && (above == below || above == 0 || !reached(&self.shape, &[0], Some(above))[below])
    }

    fn reachable(&self) -> impl Iterator<Item = usize> {
        (0..self.count()).filter(|&block| self.reachable[block])
    }

    fn predecessors(&self, of: usize) -> Vec<usize> {
        let from = |&block: &usize| self.shape[block].iter().filter(|&&next| next == of).count();
        self.reachable()
            .flat_map(|block| vec![block; from(&block)])
            .collect()
    }

    /// The blocks of a header's loop; none if it is no header.
    fn loop_of(&self, header: usize) -> Vec<usize> {
        let mut tails = self.predecessors(header);
        tails.retain(|&tail| self.dominates(header, tail));
        let comes_back = |&block: &usize| {
            let from = reached(&self.shape, &[block], Some(header));
            block == header || tails.iter().any(|&tail| from[tail])
        };
        let mut blocks: Vec<usize> = self.reachable().filter(comes_back).collect();
        if tails.is_empty() {
            blocks.clear();
        }
        blocks
    }
}

/// What is reached from `starts` without going into `without`.
fn reached(shape: &Shape, starts: &[usize], without: Option<usize>) -> Vec<bool> {
    let mut seen = vec![false; shape.len()];
    let mut pending = starts.to_vec();
    while let Some(block) = pending.pop() {
        if Some(block) != without && !std::mem::replace(&mut seen[block], true) {
            pending.extend(&shape[block]);
        }
    }
    seen
}

/// All ways for a block to end.
fn ends(count: usize) -> Vec<Vec<usize>> {
    let mut ends = vec![Vec::new()];
    for first in 0..count {
        ends.push(vec![first]);
        ends.extend((0..count).map(|second| vec![first, second]));
    }
    ends
}

/// All shapes of three blocks, and some larger ones.
fn shapes() -> Vec<Shape> {
    let three = ends(3);
    let mut shapes = Vec::new();
    for first in &three {
        for second in &three {
            shapes.extend(
                three
                    .iter()
                    .map(|third| vec![first.clone(), second.clone(), third.clone()]),
            );
        }
    }
    // Numerical Recipes' generator: the same shapes each time.
    let mut state = 1_u32;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % limit
    };
    for number in 0..1500 {
        let ends = ends(4 + number % 5);
        let shape = (0..4 + number % 5).map(|_| ends[below(ends.len())].clone());
        shapes.push(shape.collect());
    }
    shapes
}

/// A procedure of that shape, with some instructions in each block.
fn unit_of(shape: &Shape, instructions: impl Fn(usize) -> String) -> Unit {
    let mut text = "(procedure \"f\" 1 0 #f 0 (\"x\")".to_owned();
    for (block, end) in shape.iter().enumerate() {
        let parameters = if block == 0 { "v0" } else { "" };
        let end = match end[..] {
            [] => "(return v0)".to_owned(),
            [next] => format!("(jump (b{next}))"),
            [yes, no] => format!("(branch (eq-word v0 {block}) (b{yes}) (b{no}))"),
            _ => unreachable!("blocks go to two others at most"),
        };
        let instructions = instructions(block);
        write!(text, "(block b{block} ({parameters}) {instructions} {end})").unwrap();
    }
    text.push(')');
    parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn procedure_of(shape: &Shape) -> Procedure {
    let unit = unit_of(shape, |_| String::new());
    unit.procedures[ProcedureId::ENTRY].clone()
}

fn id(block: usize) -> BlockId {
    BlockId::from_index(block)
}

fn numbers(blocks: &[BlockId]) -> Vec<usize> {
    let mut numbers: Vec<usize> = blocks.iter().map(|block| block.index()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn the_order_has_all_reachable_blocks_and_each_after_those_it_cannot_come_back_to() {
    for shape in shapes() {
        let is = Reference::new(shape.clone());
        let flow = Flow::new(&procedure_of(&shape));
        let reachable: Vec<usize> = is.reachable().collect();
        assert_eq!(numbers(&flow.order), reachable, "{shape:?}");
        assert_eq!(flow.order[0], id(0));
        for block in 0..is.count() {
            assert_eq!(
                flow.is_reachable(id(block)),
                is.reachable[block],
                "{shape:?}"
            );
            assert_eq!(
                numbers(&flow.predecessors[id(block)]),
                is.predecessors(block),
                "{shape:?}"
            );
        }
        for (place, &block) in flow.order.iter().enumerate() {
            assert_eq!(flow.number[block], place as u32, "{shape:?}");
        }
        // Without the edges that go back there is no way around.
        let onward = shape.iter().enumerate().map(|(from, ends)| {
            let goes_on = |&&to: &&usize| !flow.is_retreating(id(from), id(to));
            ends.iter().filter(goes_on).copied().collect()
        });
        let onward: Shape = onward.collect();
        for from in is.reachable() {
            assert!(!reached(&onward, &onward[from], None)[from], "{shape:?}");
            for &to in &shape[from] {
                let comes_back = reached(&shape, &[to], None)[from];
                let goes_on = !flow.is_retreating(id(from), id(to));
                assert!(comes_back || goes_on, "{shape:?}: {from} to {to}");
                assert!(from != to || !goes_on, "{shape:?}: {from}");
            }
        }
    }
}

#[test]
fn of_two_successors_the_one_with_the_higher_priority_comes_next() {
    let procedure = procedure_of(&vec![vec![1, 2], vec![3], vec![3], vec![]]);
    let order = |priority: fn(BlockId) -> u32| {
        let flow = Flow::with_priority(&procedure, priority);
        flow.order
            .iter()
            .map(|block| block.number())
            .collect::<Vec<u32>>()
    };
    assert_eq!(order(|_| 0), [0, 1, 2, 3]);
    assert_eq!(order(Id::number), [0, 2, 1, 3]);
    assert_eq!(order(|block| 3 - block.number()), [0, 1, 2, 3]);
    let flow = Flow::new(&procedure);
    assert_eq!(flow.order, Flow::with_priority(&procedure, |_| 0).order);
}

/// Nothing is told of the entry, where calls lead too.
#[test]
fn a_branch_tells_its_condition_where_it_alone_leads() {
    for shape in shapes() {
        let is = Reference::new(shape.clone());
        let procedure = procedure_of(&shape);
        let told = Flow::new(&procedure).facts_of_blocks(&procedure);
        for (block, found) in told.iter().enumerate() {
            let expected = match is.predecessors(block)[..] {
                [from] if block != 0 && shape[from].len() == 2 => Some((
                    Condition::EqWord(ValueId::new(0), from as i32),
                    Truth::of(shape[from][0] == block),
                )),
                _ => None,
            };
            assert_eq!(*found, expected, "{shape:?}: {block}");
        }
    }
}

#[test]
fn a_case_of_a_switch_by_words_tells_its_key_where_it_alone_leads() {
    let told = |key: &str| {
        let text = format!(
            "(procedure \"f\" 1 0 #f 0 (\"x\")
              (block b0 (v0) (switch ({key} v0) (8 (b1)) (16 (b2)) (24 (b2)) (else (b3))))
              (block b1 () (return v0)) (block b2 () (return v0)) (block b3 () (return v0)))"
        );
        let unit = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        Flow::new(&unit.procedures[ProcedureId::ENTRY])
            .facts_of_blocks(&unit.procedures[ProcedureId::ENTRY])
    };
    let of_first = Some((Condition::EqWord(ValueId::new(0), 8), Truth::Holds));
    assert_eq!(told("word"), [None, of_first, None, None]);
    assert_eq!(told("string-length"), [None, None, None, None]);
}

#[test]
fn dominators_are_on_all_ways_from_the_entry() {
    for shape in shapes() {
        let is = Reference::new(shape.clone());
        let dominators = Dominators::new(&Flow::new(&procedure_of(&shape)));
        for below in is.reachable() {
            let above: Vec<usize> = is
                .reachable()
                .filter(|&each| is.dominates(each, below))
                .collect();
            for block in is.reachable() {
                let found = dominators.dominates(id(block), id(below));
                assert_eq!(found, above.contains(&block), "{shape:?}: {block} {below}");
            }
            let closest = above.iter().copied().find(|&each| {
                each != below
                    && above
                        .iter()
                        .all(|&other| other == below || is.dominates(other, each))
            });
            assert_eq!(
                dominators.immediate(id(below)),
                closest.map(id),
                "{shape:?}: {below}"
            );
        }
        for block in (0..is.count()).filter(|&block| !is.reachable[block]) {
            assert_eq!(dominators.immediate(id(block)), None, "{shape:?}: {block}");
        }
    }
}

#[test]
fn loops_are_what_comes_back_to_a_header_that_dominates_it() {
    for shape in shapes() {
        let is = Reference::new(shape.clone());
        let graph = Graph::new(&procedure_of(&shape));
        let loops: Vec<Vec<usize>> = (0..is.count())
            .map(|block| {
                if is.reachable[block] {
                    is.loop_of(block)
                } else {
                    Vec::new()
                }
            })
            .collect();
        for block in 0..is.count() {
            let around = (0..is.count()).filter(|&header| loops[header].contains(&block));
            let innermost = around.clone().min_by_key(|&header| loops[header].len());
            assert_eq!(
                graph.loops.is_header[id(block)],
                !loops[block].is_empty(),
                "{shape:?}"
            );
            assert_eq!(
                graph.loops.depth[id(block)],
                around.clone().count() as u32,
                "{shape:?}: {block}"
            );
            assert_eq!(
                graph.loops.innermost[id(block)],
                innermost.map(id),
                "{shape:?}: {block}"
            );
            if graph.loops.is_header[id(block)] {
                let is_inside = |&each: &usize| graph.loops.contains(id(block), id(each));
                let inside: Vec<usize> = (0..is.count()).filter(is_inside).collect();
                assert_eq!(inside, loops[block], "{shape:?}: {block}");
            }
            let outer = around.filter(|&header| header != block);
            let outer = outer.min_by_key(|&header| loops[header].len());
            assert_eq!(
                graph.loops.around(id(block)),
                outer.map(id),
                "{shape:?}: {block}"
            );
        }
    }
}

/// In each block a value is made from one of each block that dominates it.
fn uses_of_all_above(is: &Reference, block: usize) -> String {
    let above = (0..is.count()).filter(|&each| each != block && is.dominates(each, block));
    // Not all, and some twice.
    let used = above.filter(|each| !(each + block).is_multiple_of(3));
    let uses = used.map(|each| {
        let number = 100 + 10 * block + each;
        format!(
            "(let v{number} (primitive cons v{} v{}))",
            each + 1,
            each + 1
        )
    });
    let uses: Vec<String> = uses.collect();
    format!("{} (let v{} (fixnum {block}))", uses.join(" "), block + 1)
}

#[test]
fn values_are_live_from_their_definition_to_their_uses() {
    for shape in shapes() {
        let is = Reference::new(shape.clone());
        let unit = unit_of(&shape, |block| uses_of_all_above(&is, block));
        let procedure = &unit.procedures[ProcedureId::ENTRY];
        let liveness = Liveness::new(procedure, &Graph::new(procedure));
        for block in is.reachable() {
            let mut live_in = Vec::new();
            let mut live_out = Vec::new();
            for value in 0..=is.count() {
                // `x` is the entry's parameter, and used by every end but a jump.
                let home = value.saturating_sub(1);
                let uses = |user: usize| match value {
                    0 => user != 0 && shape[user].len() != 1,
                    _ => {
                        user != home && is.dominates(home, user) && !(home + user).is_multiple_of(3)
                    }
                };
                let from = |starts: &[usize]| {
                    let seen = reached(&shape, starts, Some(home));
                    (0..is.count()).any(|user| seen[user] && uses(user))
                };
                if is.reachable[home]
                    && block != home
                    && is.dominates(home, block)
                    && from(&[block])
                {
                    live_in.push(ValueId::from_index(value));
                }
                if is.reachable[home] && is.dominates(home, block) && from(&shape[block]) {
                    live_out.push(ValueId::from_index(value));
                }
            }
            let all = |set: &SharedSet<ValueId>| set.iter().collect::<Vec<ValueId>>();
            assert_eq!(
                all(&liveness.live_in[id(block)]),
                live_in,
                "{shape:?}: {block}"
            );
            assert_eq!(
                all(&liveness.live_out[id(block)]),
                live_out,
                "{shape:?}: {block}"
            );
        }
        for block in (0..is.count()).filter(|&block| !is.reachable[block]) {
            assert!(
                liveness.live_in[id(block)].is_empty() && liveness.live_out[id(block)].is_empty()
            );
        }
    }
}

#[test]
fn the_entry_polls_in_the_innermost_block_before_all_that_wants_it_outside_of_loops() {
    for (number, shape) in shapes().into_iter().enumerate() {
        let is = Reference::new(shape.clone());
        let wants = |block: usize| (number + block).is_multiple_of(3);
        let unit = unit_of(&shape, |block| {
            let calls = if wants(block) {
                format!("(let v{} (call v0))", block + 1)
            } else {
                String::new()
            };
            format!("(let v{} (fixnum 1)) {calls}", block + 20)
        });
        let graph = Graph::new(&unit.procedures[ProcedureId::ENTRY]);
        let found = entry_poll(&unit.procedures[ProcedureId::ENTRY], &graph);
        let wanting: Vec<usize> = is.reachable().filter(|&block| wants(block)).collect();
        let is_before_all = |&block: &usize| wanting.iter().all(|&each| is.dominates(block, each));
        let depth = |&block: &usize| {
            is.reachable()
                .filter(|&each| is.dominates(each, block))
                .count()
        };
        let outside = is.reachable().filter(|&block| {
            is.reachable()
                .all(|header| !is.loop_of(header).contains(&block))
        });
        let expected = outside.filter(is_before_all).max_by_key(depth).unwrap_or(0);
        let expected = Some(id(expected)).filter(|_| !wanting.is_empty());
        assert_eq!(found, expected, "{shape:?}");
        assert_eq!(
            polls_at_entry(&unit.procedures[ProcedureId::ENTRY]),
            expected == Some(id(0)),
            "{shape:?}"
        );
    }
}

#[test]
fn what_calls_allocates_or_leaves_wants_a_poll_and_nothing_else_does() {
    let polls = |instructions: &str, end: &str| {
        let text = format!(
            "(procedure \"f\" 1 0 #f 0 (\"x\") (block b0 (v0) {instructions} {end}) \
             (block b1 (v9) (return v9)))"
        );
        polls_at_entry(&parse(&text).unwrap().procedures[ProcedureId::ENTRY])
    };
    for wants in [
        "(let v1 (call v0))",
        "(let v1 (call-known 0 #f v0))",
        "(let v1 (call-host car v0))",
        "(let v1 (make-closure 0 1))",
        "(let v1 (primitive cons v0 v0))",
        "(let v1 (primitive %capture))",
    ] {
        assert!(polls(wants, "(return v0)"), "{wants}");
    }
    for does_not in [
        "",
        "(let v1 (primitive car v0))",
        "(let v1 (add-small v0 1))",
    ] {
        assert!(!polls(does_not, "(return v0)"), "{does_not}");
    }
    for leaves in [
        "(tail-call v0)",
        "(tail-call-known 0 #f v0)",
        "(tail-apply v0 v0)",
        "(call-receive v0 1 #f b1)",
    ] {
        assert!(polls("", leaves), "{leaves}");
    }
}

#[test]
fn the_entry_and_receiving_blocks_get_their_parameters_from_no_jump() {
    let text = "(procedure \"f\" 1 0 #f 0 (\"x\")
        (block b0 (v0) (call-receive v0 1 #f b2))
        (block b1 (v1) (return v1))
        (block b2 (v2) (jump (b1 v2))))";
    let unit = parse(text).unwrap();
    assert_eq!(
        blocks_with_fixed_parameters(&unit.procedures[ProcedureId::ENTRY]),
        [true, false, true]
    );
}
