//! What the sender of a generic webhook has to show, made from the trigger's `auth` and the credential it names.

use std::fmt;

use bellhop_vault::{Credential, CredentialKind, Secret};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::{HmacAuth, WebhookAuth};

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
    /// An HMAC over the body.
    Hmac {
        /// What it is made of.
        auth: HmacAuth,
        /// The key.
        secret: Secret,
    },
}

impl Proof {
    /// What `auth` asks for, with the secrets of `credential`; none where that is of another kind than `auth` needs.
    #[must_use]
    pub fn new(auth: &WebhookAuth, credential: Credential) -> Option<Self> {
        match (auth, credential) {
            (WebhookAuth::Basic(_), Credential::HttpBasic { username, password }) => {
                Some(Self::Basic { username, password })
            }
            (WebhookAuth::Bearer(_), Credential::HttpBearer { token }) => Some(Self::Bearer(token)),
            (WebhookAuth::Header(_), Credential::HttpHeader { name, value }) => {
                Some(Self::Header { name, value })
            }
            (WebhookAuth::Hmac(auth), Credential::Hmac { secret }) => {
                Some(Self::Hmac { auth: auth.clone(), secret })
            }
            _ => None,
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
