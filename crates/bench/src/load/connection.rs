//! One keep-alive connection: a request goes out whole, its answer is read to the end.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// A request that was not answered in a way that this client understands.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Io(#[from] std::io::Error),
    /// It was closed before the answer's end.
    #[error("the server closed the connection before the answer's end")]
    Closed,
    /// What came is not an answer with a length.
    #[error("the answer is not HTTP/1.1 with a `content-length`")]
    Malformed,
}

/// A connection and the bytes of the answer that is being read.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, ExchangeError> {
        Self::from(TcpStream::connect(address).await?)
    }

    /// One that comes from that address.
    pub(crate) async fn open_from(source: Ipv4Addr, address: SocketAddr) -> Result<Self, ExchangeError> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((source, 0)))?;
        Self::from(socket.connect(address).await?)
    }

    fn from(stream: TcpStream) -> Result<Self, ExchangeError> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4_096) })
    }

    /// Sends a request and reads its answer; the status.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<u16, ExchangeError> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ExchangeError::Closed);
            }
            if let Some(head) = Head::read(&self.buffer)?
                && self.buffer.len() >= head.end
            {
                return Ok(head.status);
            }
        }
    }
}

/// What must be known of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Where the body ends.
    end: usize,
}

impl Head {
    /// Reads it, or says that it has not come whole.
    fn read(bytes: &[u8]) -> Result<Option<Self>, ExchangeError> {
        let Some(length) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let mut lines = bytes[..length].split(|byte| *byte == b'\n');
        let status =
            lines.next().and_then(|line| number(line.get(9..12)?)).ok_or(ExchangeError::Malformed)?;
        let body = lines
            .find_map(|line| {
                let name = line.get(..15)?;
                name.eq_ignore_ascii_case(b"content-length:").then(|| number(line[15..].trim_ascii()))?
            })
            .ok_or(ExchangeError::Malformed)?;
        let status = u16::try_from(status).map_err(|_| ExchangeError::Malformed)?;
        Ok(Some(Self { status, end: length + 4 + body }))
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 5\r\ndate: x\r\n\r\nhello";

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let head = Head::read(ANSWER).unwrap().unwrap();
        assert_eq!(head, Head { status: 200, end: ANSWER.len() });
    }

    #[test]
    fn half_a_head_is_none_yet() {
        assert_eq!(Head::read(&ANSWER[..60]).unwrap(), None);
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(Head::read(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(Head::read(b"not http at all\r\ncontent-length: 1\r\n\r\n").is_err());
    }
}
