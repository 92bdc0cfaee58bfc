//! What an image says: values, objects, instructions, sections, frame maps.
