//! A small mail server that writes down what it is told.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify};

/// What it does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// Whether it offers `AUTH`.
    pub(crate) auth: bool,
    /// Whether it offers `STARTTLS`, which then breaks.
    pub(crate) starttls: bool,
    /// Whether it says nothing at all.
    pub(crate) silent: bool,
    /// The command at which it says something else than "250"; `\r\n.\r\n` is the end of the message.
    pub(crate) refuse: Option<(&'static str, &'static str)>,
}

/// What one client said.
#[derive(Debug, Default, Clone)]
pub(crate) struct Session {
    lines: Vec<String>,
    message: String,
    ended: bool,
}

pub(crate) struct MailServer {
    address: std::net::SocketAddr,
    session: Arc<Mutex<Session>>,
    ended: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (session, ended) = (Arc::new(Mutex::new(Session::default())), Arc::new(Notify::new()));
        let (shared, notify) = (Arc::clone(&session), Arc::clone(&ended));
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                *shared.lock().await = Session::default();
                let _ = serve(socket, &behaviour, &shared).await;
                shared.lock().await.ended = true;
                notify.notify_one();
            }
        });
        Self { address, session, ended, task }
    }

    /// Its URL, with that before the host.
    pub(crate) fn url(&self, user: &str) -> String {
        format!("smtp://{user}{}", self.address)
    }

    /// The last session, once it has ended.
    pub(crate) async fn session(&self) -> Session {
        let ended = async {
            loop {
                let session = self.session.lock().await.clone();
                if session.ended {
                    return session;
                }
                self.ended.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Session {
    /// Every command.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Sender and recipients, without extensions.
    pub(crate) fn envelope(&self) -> Vec<&str> {
        let envelope = self.lines.iter().filter(|line| line.starts_with("MAIL") || line.starts_with("RCPT"));
        envelope.map(|line| line.split_inclusive('>').next().unwrap()).collect()
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The values of a header, folded lines joined.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let head = self.message.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let values = head.lines().filter_map(|line| line.split_once(": "));
        values.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }
}

async fn serve(socket: TcpStream, behaviour: &Behaviour, session: &Mutex<Session>) -> std::io::Result<()> {
    if behaviour.silent {
        std::future::pending::<()>().await;
    }
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example.com\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        session.lock().await.lines.push(line.clone());
        let command = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match (command.as_str(), behaviour.refuse) {
            (command, Some((at, answer))) if at == command => answer.to_owned(),
            ("EHLO", _) => {
                let starttls = if behaviour.starttls { "250-STARTTLS\r\n" } else { "" };
                let auth = if behaviour.auth { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
                format!("250-mail.example.com\r\n{starttls}{auth}250 8BITMIME")
            }
            ("STARTTLS", _) => {
                write.write_all(b"220 go ahead\r\nthis is no handshake\r\n").await?;
                return Ok(());
            }
            ("AUTH", _) => "235 welcome".to_owned(),
            ("DATA", _) => {
                write.write_all(b"354 go ahead\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    message.push_str(&line);
                    message.push_str("\r\n");
                }
                session.lock().await.message = message;
                match behaviour.refuse {
                    Some(("\r\n.\r\n", answer)) => answer.to_owned(),
                    _ => "250 taken".to_owned(),
                }
            }
            ("QUIT", _) => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
