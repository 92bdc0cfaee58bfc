//! `--gc-stats`: prints what the collector did.

use cozen::{Pauses, Runtime};

use crate::output::complain;

/// Prints the statistics to standard error.
pub(crate) fn print(runtime: &mut Runtime) {
    let statistics = runtime.enter(|scheme| scheme.statistics());
    let pauses = |name: &str, pauses: Pauses| {
        complain(&format!(
            "{name}: {} collections, {:.3} ms in all, longest {:.3} ms",
            pauses.count,
            pauses.total.as_secs_f64() * 1e3,
            pauses.max.as_secs_f64() * 1e3
        ));
    };
    complain(&format!(
        "allocated: {} bytes, {} of them copied",
        statistics.allocated_bytes, statistics.copied_bytes
    ));
    complain(&format!(
        "old space: {} bytes, {} live after the last full collection",
        statistics.old_bytes, statistics.live_bytes
    ));
    complain(&format!(
        "blocks: {} evacuated, {} objects rescued in place, {} holes filled",
        statistics.evacuated_blocks, statistics.rescued_objects, statistics.filled_holes
    ));
    pauses("minor", statistics.minor);
    pauses("full", statistics.full);
    complain(&format!(
        "images: {} in {} bytes and {} mappings, {} collected",
        statistics.images,
        statistics.external_bytes,
        statistics.external_mappings,
        statistics.images_collected
    ));
}
