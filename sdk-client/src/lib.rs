//! What speaks to a host from outside.
