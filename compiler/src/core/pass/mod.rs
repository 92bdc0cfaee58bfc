//! The passes over Core, each from program to program. Their order is in [`crate::compile`].

mod close;
mod contify;
mod convert_assignments;
mod fix_letrec;
mod frames;
mod gather_arguments;
mod inline;
mod integrate_primitives;
mod integrate_records;
mod keep_callers;
mod lift_procedures;
mod name_activations;
#[cfg(test)]
mod property;
mod share_closures;

pub use close::close;
pub use contify::contify;
pub use convert_assignments::convert_assignments;
pub use fix_letrec::fix_letrec;
pub use gather_arguments::gather_arguments;
pub use inline::inline;
pub use integrate_primitives::integrate_primitives;
pub use integrate_records::integrate_records;
pub use keep_callers::keep_callers;
pub use lift_procedures::lift_procedures;
pub use name_activations::name_activations;
pub use share_closures::share_closures;
