//! `guestbook.v1.Guestbook`: takes entries and lists them.

use sdk::{prelude::*, rpc::time, store::CursorError};

use crate::{
    Entry,
    country::{self, DOMAIN},
    proto::guestbook::v1::{self, GuestbookServer},
};

/// How many entries a page has unless the request says otherwise.
const DEFAULT_PAGE_SIZE: usize = 20;

/// How many entries a page has at most.
const MAX_PAGE_SIZE: usize = 100;

/// Serves `guestbook.v1.Guestbook`.
pub struct GuestbookService {
    cx: ServiceContext,
}

impl Service for GuestbookService {
    type Server = GuestbookServer<Self>;

    fn new(cx: ServiceContext) -> Self {
        Self { cx }
    }
}

#[async_trait]
impl v1::Guestbook for GuestbookService {
    async fn sign(&self, request: Request<v1::SignRequest>) -> Result<Response<v1::Entry>, Status> {
        let call = self.cx.call(&request);
        let request = checked(request.into_inner())?;
        let country = match request.from.trim() {
            "" => None,
            called => Some(country::find(&call, called).await?),
        };
        let entry = Entry {
            id: Id::new(),
            name: request.name,
            message: request.message,
            country,
            signed_at: self.cx.clock().now(),
        };
        let store = self.cx.store();
        store.write(async |tx| tx.insert(&entry).await).await?;
        Ok(Response::new(message(entry)))
    }

    async fn list_entries(
        &self,
        request: Request<v1::ListEntriesRequest>,
    ) -> Result<Response<v1::ListEntriesResponse>, Status> {
        let request = request.into_inner();
        let size = match request.page_size as usize {
            0 => DEFAULT_PAGE_SIZE,
            size => size.min(MAX_PAGE_SIZE),
        };
        let token = match request.page_token.as_str() {
            "" => None,
            token => Some(token.parse().map_err(no_page)?),
        };
        let page = self.cx.store().read(async |tx| {
            let newest = tx.scan::<Entry>().rev();
            newest.after(token).limit(size).collect().await
        });
        let page = page.await?;
        Ok(Response::new(v1::ListEntriesResponse {
            entries: page.rows.into_iter().map(message).collect(),
            next_page_token: page.next.map(|it| it.to_string()).unwrap_or_default(),
        }))
    }
}

/// The request, if both the guest and their word are there.
fn checked(request: v1::SignRequest) -> Result<v1::SignRequest, Status> {
    let wanted = [
        ("name", &request.name, "expected what the guest is called"),
        ("message", &request.message, "expected a word"),
    ];
    let mut missing = wanted
        .iter()
        .filter(|(_, text, _)| text.trim().is_empty())
        .peekable();
    if missing.peek().is_none() {
        return Ok(request);
    }
    let failure = Failure::invalid("REQUEST_INVALID", "an entry has a name and a message");
    let failure = missing.fold(failure, |failure, (field, _, expected)| {
        failure.violation(*field, *expected)
    });
    Err(failure.domain(DOMAIN).into())
}

fn no_page(error: CursorError) -> Failure {
    let failure = Failure::invalid("PAGE_TOKEN_INVALID", error);
    let failure = failure.violation("page_token", "expected what the page before gave");
    failure.domain(DOMAIN)
}

fn message(entry: Entry) -> v1::Entry {
    v1::Entry {
        id: entry.id.to_string(),
        name: entry.name,
        message: entry.message,
        country: entry.country,
        signed_at: Some(time::to_message(entry.signed_at)),
    }
}
