//! The row that all engines keep, and how it is made up.

use std::hint::black_box;

use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};
use sdk::{Table, store::Timestamp};

/// An order of a shop: twelve fields of the usual types, about 200 bytes.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(module = "bench", index(customer, placed_at))]
pub(crate) struct Order {
    #[key]
    pub id: u64,
    #[unique]
    pub reference: String,
    pub customer: u32,
    pub placed_at: Timestamp,
    pub state: String,
    pub total_cents: i64,
    pub quantity: i32,
    pub weight_kg: f64,
    pub is_gift: bool,
    pub note: Option<String>,
    pub address: String,
    pub signature: Vec<u8>,
}

/// How many rows each customer has.
pub(crate) const ROWS_PER_CUSTOMER: u64 = 1_000;

/// Sets all that is made up apart from other tables of random numbers.
const SEED: u64 = 0x6f72_6465_7273;

/// The first instant of 2026, in microseconds.
const START_MICROS: i64 = 1_767_225_600_000_000;

/// How many customers share so many rows.
pub(crate) fn customers(rows: u64) -> u64 {
    (rows / ROWS_PER_CUSTOMER).max(1)
}

impl Order {
    /// The order of that number: always the same, whichever engine asks and in
    /// whatever order. Every customer has one order in `customers`.
    pub(crate) fn numbered(id: u64, customers: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED ^ id);
        let minute = i64::try_from(id).unwrap_or_default() * 60_000_000;
        let is_noted = random.random_ratio(1, 3);
        Self {
            id,
            reference: reference(id),
            customer: u32::try_from(id % customers).unwrap_or_default(),
            placed_at: Timestamp::from_micros(START_MICROS + minute % YEAR_MICROS)
                .expect("an instant of 2026"),
            state: STATES[random.random_range(0..STATES.len())].to_owned(),
            total_cents: random.random_range(100..1_000_000),
            quantity: random.random_range(1..100),
            weight_kg: f64::from(random.random_range(1_u32..50_000)) / 1_000.0,
            is_gift: random.random_ratio(1, 8),
            note: is_noted.then(|| text(&mut random, 6)),
            address: text(&mut random, 8),
            signature: bytes(&mut random),
        }
    }
}

/// The unique text of the order of that number, in no order of its own.
pub(crate) fn reference(id: u64) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(!SEED ^ id);
    format!("{:016x}", random.next_u64())
}

const YEAR_MICROS: i64 = 365 * 24 * 3_600_000_000;

const STATES: [&str; 5] = ["open", "paid", "packed", "shipped", "returned"];

const WORDS: [&str; 16] = [
    "north",
    "gate",
    "river",
    "second",
    "floor",
    "leave",
    "with",
    "the",
    "neighbour",
    "ring",
    "twice",
    "street",
    "house",
    "behind",
    "garden",
    "bridge",
];

fn text(random: &mut ChaCha8Rng, words: usize) -> String {
    let word = |_| WORDS[random.random_range(0..WORDS.len())];
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

fn bytes(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    random.fill_bytes(&mut bytes);
    bytes
}

/// What was read: two engines that read the same rows have the same tally.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub rows: u64,
    sum: u64,
}

impl Tally {
    /// Counts a row that was decoded in full.
    pub(crate) fn add(&mut self, order: &Order) {
        let order = black_box(order);
        self.rows += 1;
        let numbers = order.id ^ order.total_cents.cast_unsigned();
        let lens = order.address.len() + order.note.as_ref().map_or(0, String::len);
        self.sum = self.sum.wrapping_add(numbers ^ (lens as u64) << 48);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_depends_on_its_number_alone() {
        assert_eq!(Order::numbered(7, 10), Order::numbered(7, 10));
        assert_ne!(
            Order::numbered(7, 10).reference,
            Order::numbered(8, 10).reference
        );
    }

    #[test]
    fn the_reference_is_known_without_the_order() {
        assert_eq!(Order::numbered(7, 10).reference, reference(7));
    }
}
