//! What a module's files import: `use sdk::prelude::*;`.

pub use sdk_schema::Row;

pub use crate::{
    Module, Result, Table, TableEnum, job,
    jobs::JobContext,
    lang::Message,
    rpc::{Failure, Request, Response, Service, ServiceContext, Status, Streaming, async_trait},
    step,
    store::{Date, Id, Json, Store, Timestamp, WriteTx},
};
