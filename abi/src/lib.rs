//! What an image *says*: the vocabulary that compiler, loader and virtual machine share.
//!
//! * values and headers: [`tag`]
//! * layouts of objects: [`object_layout`]
//! * the instruction table: [`isa`]
//! * procedure headers and call trailers: [`procedure`]
//! * the states of a frame's slots at safepoints: [`frame_map`]
//! * the sections and the header of an image: [`image`]
//! * executables that carry a program: [`executable`]
//! * what compiled libraries export: [`interface`]
//! * what tools read of an image: [`arity`], [`inlined`], [`places`], [`written_name`]
//! * the primitives that an image may name: [`primitive`]
//! * a [`fingerprint`] over all of these
//!
//! Nothing here knows how an image is made or run.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod arity;
pub mod claim;
pub mod condition;
pub mod executable;
pub mod fingerprint;
pub mod form_text;
pub mod frame_map;
pub mod fuzzing;
pub mod image;
pub mod inlined;
pub mod interface;
pub mod isa;
pub mod library_record;
pub mod native;
pub mod object_layout;
pub mod places;
pub mod primitive;
pub mod procedure;
pub mod properties;
pub mod tag;
pub mod text_hash;
pub mod type_test;
mod unasked_allocation;
pub mod written_name;
