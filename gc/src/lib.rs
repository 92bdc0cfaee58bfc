//! A precise, moving, generational collector, generic over an object model.
