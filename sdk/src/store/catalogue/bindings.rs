//! The bindings that a catalogue has found, by the Rust type.
//!
//! A hash table that only grows and whose entries never move: every row that is
//! read asks for a binding, so asking takes no lock and counts no reference.
//! Its parts are made when they are asked for: each operation of a migration
//! makes a new catalogue, of which the next one asks nothing.

use std::{
    any::TypeId,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use super::Binding;
use crate::store::error::StoreError;

/// Bindings by type.
#[derive(Debug)]
pub(super) struct Bindings {
    /// As many as a power of two has, at least one.
    parts: Box<[Part]>,
}

/// How many chains a part has, as a power of two.
const PART_BITS: u32 = 6;

/// Some of the chains.
#[derive(Debug, Default)]
struct Part(OnceLock<Box<[Chain; 1 << PART_BITS]>>);

/// The bindings whose types have one hash.
#[derive(Debug, Default)]
struct Chain(OnceLock<Box<Link>>);

#[derive(Debug)]
struct Link {
    of: TypeId,
    binding: Arc<Binding>,
    next: Chain,
}

impl Bindings {
    /// Room for so many types; more go behind each other.
    pub(super) fn for_types(count: usize) -> Self {
        let parts = ((count * 2) >> PART_BITS).next_power_of_two();
        Self {
            parts: (0..parts).map(|_| Part::default()).collect(),
        }
    }

    /// The binding of a type, made at the first time.
    pub(super) fn get_or_insert<T: 'static>(
        &self,
        make: impl FnOnce() -> Result<Binding, StoreError>,
    ) -> Result<&Arc<Binding>, StoreError> {
        let of = TypeId::of::<T>();
        let mut chain = self.chain(of);
        while let Some(link) = chain.0.get() {
            if link.of == of {
                return Ok(&link.binding);
            }
            chain = &link.next;
        }
        let mut new = Box::new(Link {
            of,
            binding: Arc::new(make()?),
            next: Chain::default(),
        });
        // Another thread may add a link meanwhile: then this one goes behind it.
        loop {
            match chain.add(new) {
                Ok(link) => return Ok(&link.binding),
                Err((link, _)) if link.of == of => return Ok(&link.binding),
                Err((link, back)) => (chain, new) = (&link.next, back),
            }
        }
    }

    fn chain(&self, of: TypeId) -> &Chain {
        let mut hasher = Bits::default();
        of.hash(&mut hasher);
        let hash = usize::try_from(hasher.finish() & 0xffff_ffff).unwrap_or_default();
        let Part(chains) = &self.parts[(hash >> PART_BITS) & (self.parts.len() - 1)];
        let chains = chains.get_or_init(|| Box::new(std::array::from_fn(|_| Chain::default())));
        &chains[hash & (chains.len() - 1)]
    }
}

impl Default for Bindings {
    fn default() -> Self {
        Self::for_types(0)
    }
}

impl Chain {
    /// Ends the chain with a link; hands it back when another ended it meanwhile.
    fn add(&self, link: Box<Link>) -> Result<&Link, (&Link, Box<Link>)> {
        let mut link = Some(link);
        let end = self.0.get_or_init(|| link.take().expect("asked for once"));
        match link {
            None => Ok(end),
            Some(back) => Err((end, back)),
        }
    }
}

/// The bits of a type's id, which are a good hash already.
#[derive(Default)]
struct Bits(u64);

impl Hasher for Bits {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, bits: u64) {
        self.0 ^= bits;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
