//! Times as they travel, and back.

use sdk_schema::Timestamp;

/// A time as it travels.
pub(crate) fn to_wire(at: Timestamp) -> prost_types::Timestamp {
    let at = at.to_chrono();
    prost_types::Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// A time that travelled; none when no calendar has it.
pub(crate) fn from_wire(at: &prost_types::Timestamp) -> Option<Timestamp> {
    let nanos = u32::try_from(at.nanos).ok()?;
    chrono::DateTime::from_timestamp(at.seconds, nanos).map(Timestamp::from)
}
