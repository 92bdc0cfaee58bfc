//! The passes over Core, each from program to program. Their order is in [`crate::compile`].

mod close;
mod convert_assignments;
mod fix_letrec;
mod integrate_primitives;

pub use close::close;
pub use convert_assignments::convert_assignments;
pub use fix_letrec::fix_letrec;
pub use integrate_primitives::integrate_primitives;
