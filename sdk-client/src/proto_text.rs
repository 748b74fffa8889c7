//! Writes descriptors as `.proto` files again.
