//! The methods of all services, and what their protos say of them.

use std::{collections::HashMap, fmt, sync::Arc};

use prost_reflect::{DescriptorError, DescriptorPool, DynamicMessage, MethodDescriptor, Value};

/// Who may call a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// Everybody.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Whoever has this role.
    Role(String),
    /// Whoever has this permission.
    Permission(String),
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::SignedIn => f.write_str("signed in"),
            Self::Role(role) => write!(f, "role `{role}`"),
            Self::Permission(permission) => write!(f, "permission `{permission}`"),
        }
    }
}

/// What is recorded of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audit {
    /// Nothing.
    None,
    /// Who called what, when, and how it ended.
    Call,
    /// The request, too, without its secret fields.
    Request,
}

/// A method and what its proto says of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Method {
    /// The full name of its service: `blog.v1.Blog`.
    pub service: String,
    /// Its name: `CreatePost`.
    pub name: String,
    /// Who may call it.
    pub policy: Policy,
    /// What is recorded of its calls.
    pub audit: Audit,
    /// Whether a call that is made twice does no more than one that is made once.
    pub is_idempotent: bool,
    /// Whether the request is a stream.
    pub is_client_streaming: bool,
    /// Whether the answer is a stream.
    pub is_server_streaming: bool,
}

/// Why the protos of modules do not go together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MethodsError {
    /// The descriptors contradict each other.
    #[error("the protos of the modules do not go together: {0}")]
    Descriptors(#[from] DescriptorError),
    /// A method has no policy: its crate was not built by `sdk_build`.
    #[error("method `{method}` has no policy")]
    Policy {
        /// The full name.
        method: String,
    },
}

/// The methods of all services by path: `/blog.v1.Blog/CreatePost`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Methods(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: DescriptorPool,
    by_path: HashMap<String, Method>,
}

impl Methods {
    /// Reads encoded descriptors, as modules embed them, in any order.
    ///
    /// # Errors
    /// Fails when they contradict each other, or when a method has no policy.
    pub fn read<'a>(descriptors: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, MethodsError> {
        // Sets one after the other are one set, whose files may stand in any order.
        let set: Vec<&[u8]> = descriptors.into_iter().collect();
        let pool = DescriptorPool::decode(set.concat().as_slice())?;
        let services = pool
            .services()
            .filter(|service| !service.parent_file().package_name().starts_with("google."));
        let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
        let by_path = methods
            .map(|method| Ok((path(&method), read_method(&method)?)))
            .collect::<Result<_, MethodsError>>()?;
        Ok(Self(Arc::new(Inner { pool, by_path })))
    }

    /// The method at the path of a request.
    pub fn get(&self, path: &str) -> Option<&Method> {
        self.0.by_path.get(path)
    }

    /// All methods with their paths, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Method)> {
        self.0
            .by_path
            .iter()
            .map(|(path, method)| (path.as_str(), method))
    }

    /// The descriptors, with comments and options.
    pub fn pool(&self) -> &DescriptorPool {
        &self.0.pool
    }
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn read_method(method: &MethodDescriptor) -> Result<Method, MethodsError> {
    let policy = option(method, "sdk.v1.policy").and_then(|value| read_policy(value.as_message()?));
    let is_idempotent = is_idempotent(method);
    let audit = option(method, "sdk.v1.audit").and_then(|value| value.as_enum_number());
    Ok(Method {
        service: method.parent_service().full_name().to_owned(),
        name: method.name().to_owned(),
        policy: policy.ok_or_else(|| MethodsError::Policy {
            method: method.full_name().to_owned(),
        })?,
        audit: match audit {
            Some(1) => Audit::None,
            Some(2) => Audit::Call,
            Some(3) => Audit::Request,
            _ if has_no_side_effects(method) => Audit::None,
            _ => Audit::Call,
        },
        is_idempotent,
        is_client_streaming: method.is_client_streaming(),
        is_server_streaming: method.is_server_streaming(),
    })
}

fn option(method: &MethodDescriptor, name: &str) -> Option<Value> {
    let extension = method.parent_pool().get_extension_by_name(name)?;
    let options = method.options();
    options
        .has_extension(&extension)
        .then(|| options.get_extension(&extension).into_owned())
}

fn read_policy(policy: &DynamicMessage) -> Option<Policy> {
    let (field, value) = policy.fields().next()?;
    match (field.name(), value) {
        ("public", Value::Bool(true)) => Some(Policy::Public),
        ("signed_in", Value::Bool(true)) => Some(Policy::SignedIn),
        ("role", Value::String(role)) => Some(Policy::Role(role.clone())),
        ("permission", Value::String(permission)) => Some(Policy::Permission(permission.clone())),
        _ => None,
    }
}

/// protobuf's own `idempotency_level`: 1 is `NO_SIDE_EFFECTS`, 2 is `IDEMPOTENT`.
fn idempotency(method: &MethodDescriptor) -> i32 {
    let options = method.options();
    let level = options.get_field_by_name("idempotency_level");
    level.and_then(|it| it.as_enum_number()).unwrap_or_default()
}

fn is_idempotent(method: &MethodDescriptor) -> bool {
    matches!(idempotency(method), 1 | 2)
}

fn has_no_side_effects(method: &MethodDescriptor) -> bool {
    idempotency(method) == 1
}
