//! The vault through its public door.

mod credentials;
mod printing;
mod redaction;
mod resume;
mod sealing;
