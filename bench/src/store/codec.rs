//! The row codec of one who writes it by hand for this one row, as a user of
//! a bare key-value engine would: numbers first, then texts with their lengths.
//! The key is not part of the value.

use anyhow::{Context, Result, ensure};
use sdk::store::Timestamp;

use super::order::Order;

/// Writes all fields but the key.
pub(crate) fn encode(order: &Order, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&order.customer.to_le_bytes());
    out.extend_from_slice(&order.placed_at.as_micros().to_le_bytes());
    out.extend_from_slice(&order.total_cents.to_le_bytes());
    out.extend_from_slice(&order.quantity.to_le_bytes());
    out.extend_from_slice(&order.weight_kg.to_le_bytes());
    out.push(order.is_gift.into());
    out.push(order.note.is_some().into());
    let note = order.note.as_deref().unwrap_or_default();
    let texts = [&order.reference, &order.state, note, &order.address];
    for text in texts {
        put(out, text.as_bytes());
    }
    put(out, &order.signature);
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(id: u64, bytes: &[u8]) -> Result<Order> {
    let mut rest = bytes;
    let customer = u32::from_le_bytes(array(&mut rest)?);
    let placed_at = i64::from_le_bytes(array(&mut rest)?);
    let total_cents = i64::from_le_bytes(array(&mut rest)?);
    let quantity = i32::from_le_bytes(array(&mut rest)?);
    let weight_kg = f64::from_le_bytes(array(&mut rest)?);
    let [is_gift, has_note] = array(&mut rest)?;
    let reference = text(&mut rest)?;
    let state = text(&mut rest)?;
    let note = text(&mut rest)?;
    let address = text(&mut rest)?;
    let signature = take(&mut rest)?.to_vec();
    ensure!(rest.is_empty(), "the row goes on after its last field");
    Ok(Order {
        id,
        reference: reference.to_owned(),
        customer,
        placed_at: timestamp(placed_at)?,
        state: state.to_owned(),
        total_cents,
        quantity,
        weight_kg,
        is_gift: is_gift != 0,
        note: (has_note != 0).then(|| note.to_owned()),
        address: address.to_owned(),
        signature,
    })
}

/// The instant of that number.
pub(crate) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_micros(micros).context("no such instant")
}

fn put(out: &mut Vec<u8>, value: &[u8]) {
    // The rows of this benchmark are short.
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(value);
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (array, after) = rest.split_first_chunk().context("the row is too short")?;
    *rest = after;
    Ok(*array)
}

fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let len = usize::from(u16::from_le_bytes(array(rest)?));
    let (value, after) = rest.split_at_checked(len).context("the row is too short")?;
    *rest = after;
    Ok(value)
}

fn text<'a>(rest: &mut &'a [u8]) -> Result<&'a str> {
    Ok(std::str::from_utf8(take(rest)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_the_same_order() {
        let mut bytes = Vec::new();
        for id in 0..100 {
            let order = Order::numbered(id, 10);
            encode(&order, &mut bytes);
            assert_eq!(decode(id, &bytes).unwrap(), order);
        }
    }

    #[test]
    fn a_cut_row_is_refused() {
        let mut bytes = Vec::new();
        encode(&Order::numbered(1, 10), &mut bytes);
        for len in 0..bytes.len() {
            assert!(decode(1, &bytes[..len]).is_err(), "{len} bytes");
        }
    }
}
