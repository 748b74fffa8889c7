//! The door of a host: the port it listens on, how it speaks there, and whom it knows.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::Path,
    time::Duration,
};

use axum::Router;

use crate::{
    cli::{self, CommandError, ServeArgs},
    clock::Clock,
    config::{Config, host_name},
    rpc::{Dispatch, Methods},
    server::{
        Certificate, Edge, Limits, Listener, RunningListener, TlsSettings, Transport,
        identity::{Identities, IdentityProvider, Owner, StaticTokens},
    },
};

/// A port that is open, before anything is answered on it.
pub(super) struct Door {
    listener: Listener,
    scheme: &'static str,
    certificate: Option<Certificate>,
    identities: Identities,
}

/// Where a host listens, and how it speaks there: known before anything is opened.
pub(super) struct Place {
    address: SocketAddr,
    transport: Transport,
}

impl Place {
    /// What the command line and the environment say.
    pub(super) fn choose(config: &Config, args: &ServeArgs) -> Result<Self, CommandError> {
        let address = config.address(args.addr.clone());
        let address = address.map_err(CommandError::usage)?;
        let (cert, key) = config.tls_files(args.tls_cert.clone(), args.tls_key.clone());
        let settings = TlsSettings {
            cert,
            key,
            tls: args.tls,
            plaintext: args.plaintext,
        };
        let transport = Transport::choose(address, &settings).map_err(CommandError::usage)?;
        Ok(Self { address, transport })
    }
}

/// A port on which pages are answered, and calls from [here](Self::answer_calls) on.
pub(super) struct OpenDoor {
    running: RunningListener,
    edge: Edge,
}

impl Door {
    /// Takes the port; makes the owner's token, and the certificate where one is needed.
    pub(super) async fn take(
        data: &Path,
        place: Place,
        config: &Config,
        args: &ServeArgs,
        clock: &Clock,
    ) -> Result<Self, CommandError> {
        let Place { address, transport } = place;
        let certificate = match &transport {
            Transport::Plain => None,
            Transport::Files { cert, key } => Some(Certificate::read(cert, key, clock)?),
            Transport::SelfSigned => {
                let names = names(address.ip());
                Some(Certificate::self_signed(data, &names, clock)?)
            }
        };
        let identities = identities(data, config, args, clock)?;
        let listener = Listener::bind(address, certificate.clone(), Limits::default());
        let listener = listener.await.map_err(|error| refused(address, &error))?;
        Ok(Self {
            listener,
            scheme: transport.scheme(),
            certificate,
            identities,
        })
    }

    /// Where it is, and how it is known.
    pub(super) fn lines(&self) -> Result<Vec<String>, CommandError> {
        let address = self.listener.local_addr()?;
        let mut lines = vec![format!("listening on {}://{address}", self.scheme)];
        if let Some(certificate) = &self.certificate {
            let fingerprint = certificate.fingerprint();
            lines.push(format!("its certificate is {fingerprint}"));
        }
        Ok(lines)
    }

    /// Answers pages from now on, and refuses calls of these methods; `pages` are made
    /// with what will answer them.
    pub(super) async fn open(
        self,
        methods: &Methods,
        pages: impl FnOnce(Edge) -> Router,
    ) -> OpenDoor {
        let edge = Edge::starting(methods, self.identities, Limits::default()).await;
        OpenDoor {
            running: self.listener.serve(pages(edge.clone()), edge.clone()),
            edge,
        }
    }
}

/// What clients may call this machine, for a certificate of its own.
fn names(address: IpAddr) -> Vec<String> {
    let reached = if address.is_unspecified() {
        outward_address()
    } else {
        Some(address)
    };
    let names = reached.map(|address| address.to_string()).into_iter();
    names.chain(host_name()).collect()
}

/// The address under which this machine calls others. Nothing is sent: connecting a
/// socket of UDP only chooses a way. The other end is one that nobody has (RFC 5737).
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn identities(
    data: &Path,
    config: &Config,
    args: &ServeArgs,
    clock: &Clock,
) -> Result<Identities, CommandError> {
    let owner = Owner::of(data).map_err(|error| {
        let file = data.join(crate::server::identity::OWNER_TOKEN);
        CommandError::failed(anyhow::anyhow!("{}: {error}", file.display()))
    })?;
    let tokens = match config.tokens_file(args.tokens.clone()) {
        Some(file) => StaticTokens::read(&file, clock.clone()),
        None => StaticTokens::of(data, clock.clone()),
    };
    let tokens = tokens.map_err(cli::tokens_refused)?;
    let providers: Vec<Box<dyn IdentityProvider>> = vec![Box::new(owner), Box::new(tokens)];
    Ok(Identities::new(providers))
}

fn refused(address: SocketAddr, error: &std::io::Error) -> CommandError {
    CommandError::failed(anyhow::anyhow!("cannot listen on {address}: {error}"))
        .hint("choose another address with --addr, or port 0 for any free one")
}

impl OpenDoor {
    /// Answers calls from now on.
    pub(super) async fn answer_calls(&self, dispatch: &Dispatch) {
        self.edge.ready(dispatch.clone()).await;
    }

    /// What answers calls, those of commands included.
    pub(super) fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Refuses calls from now on, and ends those streams that have nothing to say.
    pub(super) async fn refuse_calls(&self) {
        self.edge.stop().await;
    }

    /// Takes nothing new, and returns when what is under way has ended or its grace has.
    pub(super) async fn close(self, grace: Duration) {
        self.running.stop(grace).await;
    }
}
