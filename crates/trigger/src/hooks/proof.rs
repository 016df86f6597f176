//! What the sender of a generic webhook has to show, made from the trigger's `auth` and the credential it names.

use std::borrow::Cow;
use std::fmt;

use bellhop_vault::{Credential, CredentialKind, Secret};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::{HmacScheme, WebhookAuth};

use crate::manifest::{Manifest, manifest};
use crate::signature::{MalformedKey, Signature, SignatureKey};

/// What the sender of a generic webhook has to show.
pub enum Proof {
    /// Nothing but the URL.
    Url,
    /// HTTP Basic authentication.
    Basic {
        /// The user's name.
        username: Secret,
        /// The password.
        password: Secret,
    },
    /// A bearer token.
    Bearer(Secret),
    /// A header with a fixed value.
    Header {
        /// The header's name.
        name: Secret,
        /// Its value.
        value: Secret,
    },
    /// An HMAC over the body, and what else is signed.
    Hmac {
        /// Whose it is, where the workflow names somebody who is known.
        sender: Option<&'static Manifest>,
        /// How it is made.
        signature: Cow<'static, Signature>,
        /// What it is made with.
        key: SignatureKey,
    },
}

/// Why a webhook has nothing to prove its senders with. It refuses all of them.
#[derive(Debug, thiserror::Error)]
pub enum NoProof {
    /// The credential is of another kind than `auth` needs.
    #[error("the credential is of kind `{0}`, which is not what `auth` needs")]
    Kind(CredentialKind),
    /// Nobody is known by the name in `scheme`.
    #[error("no sender called `{0}` is known in this version")]
    UnknownScheme(String),
    /// The secret is no key as the sender gives it out.
    #[error(transparent)]
    Key(#[from] MalformedKey),
}

impl Proof {
    /// What `auth` asks for, with the secrets of `credential`.
    pub fn new(auth: &WebhookAuth, credential: Credential) -> Result<Self, NoProof> {
        match (auth, credential) {
            (WebhookAuth::Basic(_), Credential::HttpBasic { username, password }) => {
                Ok(Self::Basic { username, password })
            }
            (WebhookAuth::Bearer(_), Credential::HttpBearer { token }) => Ok(Self::Bearer(token)),
            (WebhookAuth::Header(_), Credential::HttpHeader { name, value }) => {
                Ok(Self::Header { name, value })
            }
            (WebhookAuth::Hmac(auth), Credential::Hmac { secret }) => Self::hmac(&auth.scheme, &secret),
            (_, other) => Err(NoProof::Kind(other.kind())),
        }
    }

    /// An HMAC that is made so, with `secret` as its sender gives it out.
    pub fn hmac(scheme: &HmacScheme, secret: &Secret) -> Result<Self, NoProof> {
        let (sender, signature) = match scheme {
            HmacScheme::Named(name) => {
                let sender = manifest(name).ok_or_else(|| NoProof::UnknownScheme(name.clone()))?;
                (Some(sender), Cow::Borrowed(&sender.signature))
            }
            HmacScheme::Written(written) => (None, Cow::Owned(written.into())),
        };
        let key = SignatureKey::read(signature.key, secret)?;
        Ok(Self::Hmac { sender, signature, key })
    }

    /// Who sends, where that is somebody who is known.
    pub(crate) fn sender(&self) -> Option<&'static Manifest> {
        match self {
            Self::Hmac { sender, .. } => *sender,
            Self::Url | Self::Basic { .. } | Self::Bearer(_) | Self::Header { .. } => None,
        }
    }

    /// The header that the sender proves itself by, where that is one of its own.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        match self {
            Self::Header { name, .. } => Some(name.expose()),
            Self::Hmac { signature, .. } => Some(&signature.header),
            Self::Url | Self::Basic { .. } | Self::Bearer(_) => None,
        }
    }
}

/// The credential that `auth` names.
pub(crate) fn credential_of(auth: &WebhookAuth) -> Option<&CredentialName> {
    match auth {
        WebhookAuth::None => None,
        WebhookAuth::Basic(name) | WebhookAuth::Bearer(name) | WebhookAuth::Header(name) => Some(name),
        WebhookAuth::Hmac(auth) => Some(&auth.credential),
    }
}

/// The kind of credential that `auth` needs.
pub(crate) const fn kind_for(auth: &WebhookAuth) -> Option<CredentialKind> {
    match auth {
        WebhookAuth::None => None,
        WebhookAuth::Basic(_) => Some(CredentialKind::HttpBasic),
        WebhookAuth::Bearer(_) => Some(CredentialKind::HttpBearer),
        WebhookAuth::Header(_) => Some(CredentialKind::HttpHeader),
        WebhookAuth::Hmac(_) => Some(CredentialKind::Hmac),
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "Proof(url)",
            Self::Basic { .. } => "Proof(basic)",
            Self::Bearer(_) => "Proof(bearer)",
            Self::Header { .. } => "Proof(header)",
            Self::Hmac { .. } => "Proof(hmac)",
        })
    }
}
