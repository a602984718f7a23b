//! A mail server in small: it takes what it is given, or refuses as often as it is told to.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// A mail server on a free port of this machine.
pub struct MailServer {
    /// Its address, as `STINT_SMTP_URL` takes it.
    pub url: String,
    /// What it has taken.
    pub taken: UnboundedReceiver<String>,
    /// How many more mails it refuses.
    pub refusals: Arc<AtomicU32>,
}

impl MailServer {
    /// Starts it; it ends with the test.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (given, taken) = unbounded_channel();
        let refusals = Arc::new(AtomicU32::new(0));
        let refusing = refusals.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, given.clone(), refusing.clone()));
            }
        });
        Self { url, taken, refusals }
    }
}

/// The part of RFC 5321 that a mail needs.
async fn converse(mut stream: TcpStream, given: UnboundedSender<String>, refusals: Arc<AtomicU32>) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 small\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "EHLO" => b"250-small\r\n250 8BITMIME\r\n",
            "MAIL" if refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() => {
                b"451 try again later\r\n"
            }
            "RCPT" if line.contains("nobody@") => b"550 no such mailbox\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                given.send(mail).ok();
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
