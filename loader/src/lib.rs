//! Images: parsing, checking, mapping, relocating, unmapping.
