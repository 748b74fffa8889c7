//! What Prometheus reads.
//!
//! `sdk_calls_total{method,code}`, `sdk_call_seconds{method}` (histogram),
//! `sdk_calls_open`, `sdk_request_bytes`, `sdk_connections`. Methods that do not exist count as
//! `unknown`, so that callers cannot make series.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use tonic::Code;

use super::standard;
use crate::rpc::{Budget, Methods};

/// The label of methods that do not exist.
const UNKNOWN: &str = "unknown";

/// The codes of gRPC, in the order of their numbers.
const CODES: [(Code, &str); 17] = [
    (Code::Ok, "OK"),
    (Code::Cancelled, "CANCELLED"),
    (Code::Unknown, "UNKNOWN"),
    (Code::InvalidArgument, "INVALID_ARGUMENT"),
    (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
    (Code::NotFound, "NOT_FOUND"),
    (Code::AlreadyExists, "ALREADY_EXISTS"),
    (Code::PermissionDenied, "PERMISSION_DENIED"),
    (Code::ResourceExhausted, "RESOURCE_EXHAUSTED"),
    (Code::FailedPrecondition, "FAILED_PRECONDITION"),
    (Code::Aborted, "ABORTED"),
    (Code::OutOfRange, "OUT_OF_RANGE"),
    (Code::Unimplemented, "UNIMPLEMENTED"),
    (Code::Internal, "INTERNAL"),
    (Code::Unavailable, "UNAVAILABLE"),
    (Code::DataLoss, "DATA_LOSS"),
    (Code::Unauthenticated, "UNAUTHENTICATED"),
];

type Labels = Vec<(&'static str, String)>;

/// The counters of a server. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    connections: Gauge,
    /// What requests hold is counted where it is limited, and looked up when it is asked for.
    held: Budget,
    request_bytes: Gauge,
    by_path: HashMap<String, Arc<MethodMetrics>>,
    unknown: Arc<MethodMetrics>,
}

/// The counters of one method, found once.
pub(super) struct MethodMetrics {
    name: String,
    calls: Family<Labels, Counter>,
    ok: Counter,
    seconds: Histogram,
    open: Gauge,
}

impl Metrics {
    /// Counters for these methods, and of what requests hold.
    pub(super) fn new(methods: &Methods, held: Budget) -> Self {
        let mut registry = Registry::with_prefix("sdk");
        let calls = Family::<Labels, Counter>::default();
        let make: fn() -> Histogram = || Histogram::new(exponential_buckets(0.0005, 4.0, 9));
        let seconds = Family::<Labels, Histogram, _>::new_with_constructor(make);
        let (open, connections) = (Gauge::default(), Gauge::default());
        let request_bytes = Gauge::default();
        registry.register("calls", "Calls that have ended", calls.clone());
        registry.register("call_seconds", "How long calls took", seconds.clone());
        registry.register("calls_open", "Calls under way", open.clone());
        registry.register(
            "request_bytes",
            "Bytes of requests that are not answered yet",
            request_bytes.clone(),
        );
        registry.register("connections", "Connections", connections.clone());
        let of_method = |name: &str| {
            let method = vec![("method", name.to_owned())];
            Arc::new(MethodMetrics {
                name: name.to_owned(),
                ok: calls.get_or_create_owned(&labels(name, "OK")),
                seconds: seconds.get_or_create_owned(&method),
                calls: calls.clone(),
                open: open.clone(),
            })
        };
        let by_path = |path: &str| {
            let name = path.trim_start_matches('/');
            (path.to_owned(), of_method(name))
        };
        let own = methods.iter().map(|(path, _)| by_path(path));
        Self(Arc::new(Inner {
            by_path: own.chain(standard::paths().map(by_path)).collect(),
            unknown: of_method(UNKNOWN),
            registry: Mutex::new(registry),
            connections,
            held,
            request_bytes,
        }))
    }

    pub(super) fn method(&self, path: &str) -> &Arc<MethodMetrics> {
        self.0.by_path.get(path).unwrap_or(&self.0.unknown)
    }

    pub(super) fn connections(&self) -> &Gauge {
        &self.0.connections
    }

    /// The text for Prometheus.
    pub fn text(&self) -> String {
        let registry = self
            .0
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let held = i64::try_from(self.0.held.held()).unwrap_or(i64::MAX);
        self.0.request_bytes.set(held);
        let mut text = String::new();
        // A text takes everything.
        let _ = encode(&mut text, &registry);
        text
    }
}

fn labels(method: &str, code: &str) -> Labels {
    vec![("method", method.to_owned()), ("code", code.to_owned())]
}

/// The name of a code.
pub(super) fn code_name(code: Code) -> &'static str {
    let found = CODES.iter().find(|(known, _)| *known == code);
    found.map_or("UNKNOWN", |(_, name)| name)
}

impl MethodMetrics {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn begins(&self) {
        self.open.inc();
    }

    pub(super) fn ends(&self, code: Code, took: Duration) {
        self.open.dec();
        self.seconds.observe(took.as_secs_f64());
        if code == Code::Ok {
            self.ok.inc();
        } else {
            let labels = labels(&self.name, code_name(code));
            self.calls.get_or_create(&labels).inc();
        }
    }
}

/// Counts up, and down again when it is dropped.
pub(super) struct Counted(Gauge);

impl Counted {
    pub(super) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
