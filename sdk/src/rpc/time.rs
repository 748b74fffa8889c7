//! Instants as `google.protobuf.Timestamp`.

use prost_types::Timestamp as Message;
use sdk_schema::Timestamp;

use super::Failure;

/// An instant as a message.
pub fn to_message(instant: Timestamp) -> Message {
    let instant = instant.to_chrono();
    Message {
        seconds: instant.timestamp(),
        // Below a second there are less than two thousand million nanoseconds.
        nanos: i32::try_from(instant.timestamp_subsec_nanos()).unwrap_or(999_999_999),
    }
}

/// The instant of a message, which stands in the field `field` of a request.
///
/// # Errors
/// Fails when no calendar has it.
pub fn from_message(field: &str, message: &Message) -> Result<Timestamp, Failure> {
    let nanos = u32::try_from(message.nanos).ok();
    let instant = nanos.and_then(|nanos| chrono::DateTime::from_timestamp(message.seconds, nanos));
    instant.map(Timestamp::from).ok_or_else(|| {
        Failure::invalid("TIMESTAMP_INVALID", "an instant is out of range")
            .violation(field, "expected an instant of the years 1 to 9999")
    })
}
