//! The expansion of each derive and attribute.
