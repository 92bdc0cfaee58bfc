//! Types that are kept from one pass to the next, while no pass changes the unit.
//!
//! Claim: what is kept is what inference would find anew. Who changes a unit has to [`KeptTypes::forget`]. A debug
//! build compares what is kept with a fresh answer.

use super::unit::{UnitInferred, UnitTypes};
use crate::id::IdVec;
use crate::ssa::analysis::Graph;
use crate::ssa::ir::{ProcedureId, Unit};

/// The shapes and types of a unit's procedures, if they are known.
#[derive(Debug, Default)]
pub struct KeptTypes {
    graphs: Option<IdVec<ProcedureId, Graph>>,
    types: Option<UnitInferred>,
}

impl KeptTypes {
    /// Calls `look` with the shapes and types of `unit`, which are kept afterwards.
    pub fn with<R>(
        &mut self,
        unit: &Unit,
        look: impl FnOnce(&IdVec<ProcedureId, Graph>, &UnitTypes<'_>) -> R,
    ) -> R {
        let graphs = &*self
            .graphs
            .get_or_insert_with(|| unit.procedures.iter().map(Graph::new).collect());
        let types = match self.types.take() {
            Some(kept) => {
                let types = UnitTypes::of_inferred(unit, graphs, kept);
                debug_assert!(
                    types.is_fresh(unit),
                    "types are kept though the unit has changed"
                );
                types
            }
            None => UnitTypes::infer(unit, graphs),
        };
        let found = look(graphs, &types);
        self.types = Some(types.into_inferred());
        found
    }

    /// The unit has changed.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssa::analysis::Kinds;
    use crate::ssa::ir::BlockId;
    use crate::ssa::parse::parse;

    fn unit(primitive: &str) -> Unit {
        let text = format!(
            r#"(procedure "f" 1 0 #f 0 ("x")
              (block b0 (v0) (let v1 (primitive {primitive} v0)) (return v1)))"#
        );
        parse(&text).unwrap()
    }

    /// Whether what the unit returns is a pair.
    fn gives_a_pair(kept: &mut KeptTypes, unit: &Unit) -> bool {
        kept.with(unit, |_, types| {
            let block = &unit.procedures[ProcedureId::ENTRY].blocks[BlockId::ENTRY];
            let result = block.instructions[0].result.expect("a result");
            let types = &types.procedures[ProcedureId::ENTRY];
            types.of(result).is_of(Kinds::PAIR)
        })
    }

    #[test]
    fn types_stay_until_they_are_forgotten() {
        let mut kept = KeptTypes::default();
        let list = unit("list");
        assert!(gives_a_pair(&mut kept, &list) && gives_a_pair(&mut kept, &list));
        kept.forget();
        assert!(!gives_a_pair(&mut kept, &unit("vector-length")));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "types are kept though the unit has changed")]
    fn types_of_another_unit_are_a_fault() {
        let mut kept = KeptTypes::default();
        gives_a_pair(&mut kept, &unit("list"));
        gives_a_pair(&mut kept, &unit("vector-length"));
    }
}
