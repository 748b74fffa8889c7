//! Calls within one process.
