//! Random programs in Scheme: their frame maps agree with an analysis of the bytecode that shares
//! no code with the maps' maker. The programs write the same while the collector moves everything.

#[path = "differential_levels/generator.rs"]
mod generator;
#[path = "differential_levels/numeric.rs"]
mod numeric;
#[path = "support/runtime.rs"]
mod runtime;

use std::num::NonZeroU32;

use abi::frame_map::{self, FrameMap, SlotState};
use abi::image::section;
use compiler::codegen::check_frame_maps;
use compiler::compile::link_unit;
use compiler::expand::{EnvironmentId, LibraryRegistry, SourceText, expand_text};
use compiler::id::Id as _;
use compiler::link::unit::{FrameMapId, LinkUnit};
use compiler::options::Options;
use cozen::{Runtime, Zeal};
use loader::ImageView;
use proptest::collection::vec;
use proptest::prelude::*;
use runtime::runtime_builder;

/// The boot image, for the interfaces of the libraries in it.
static BOOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/boot.czo"));

fn unit(program: &str) -> LinkUnit {
    let view = ImageView::parse(BOOT).expect("the build made it");
    let interface = view
        .unloaded_section(section::INTERFACE)
        .expect("the build put it there");
    let mut registry = LibraryRegistry::from_interface(interface);
    let source = SourceText::new("random.scm", program);
    let program = expand_text(&mut registry, EnvironmentId::INTERACTION, &source);
    link_unit(program.expect("it expands"), &Options::default()).expect("it is small")
}

/// Changes the state of a slot of a frame map; `None` if that map is empty.
fn plant(unit: &mut LinkUnit, map: usize, slot: usize, turn: u8) -> Option<()> {
    let count = unit.frame_maps.len();
    let encoded = &mut unit.frame_maps[FrameMapId::from_index(map % count)];
    let mut states: Vec<SlotState> = FrameMap::decode(encoded)?.states().collect();
    let slot = slot.checked_rem(states.len())?;
    states[slot] = SlotState::from_bits(states[slot] as u8 + turn);
    encoded.clear();
    frame_map::encode(&states, encoded);
    Some(())
}

fn written(runtime: &mut Runtime, program: &str) -> String {
    runtime.enter(|scheme| {
        scheme
            .evaluate(program)
            .unwrap_or_else(|error| panic!("{error}\n{program}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn frame_maps_agree_with_the_analysis_and_planted_bits_are_found(
        bytes in vec(any::<u8>(), 0..1200),
        (map, slot, turn) in (any::<usize>(), any::<usize>(), 1_u8..4),
    ) {
        let program = generator::program(&bytes);
        let mut unit = unit(&program);
        prop_assert_eq!(&check_frame_maps(&unit), &[], "{}", &program);
        if plant(&mut unit, map, slot, turn).is_some() {
            prop_assert!(!check_frame_maps(&unit).is_empty(), "{}", &program);
        }
    }
}

#[test]
fn random_programs_write_the_same_while_everything_moves() {
    let mut calm = runtime_builder().build().expect("a runtime");
    let zeal = runtime_builder().zeal(Zeal::Every(NonZeroU32::MIN));
    let mut stressed = zeal.build().expect("a runtime");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20 {
        let bytes: Vec<u8> = (0..600)
            .map(|_| {
                // Marsaglia: Xorshift RNGs, 2003.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()[3]
            })
            .collect();
        let program = generator::program(&bytes);
        let wanted = written(&mut calm, &program);
        assert_eq!(written(&mut stressed, &program), wanted, "{program}");
    }
}
