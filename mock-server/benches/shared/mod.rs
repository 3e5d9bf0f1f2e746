//! What the benchmarks share: connections that cost little, and the memory of a process.

pub(crate) mod memory;
pub(crate) mod wire;
