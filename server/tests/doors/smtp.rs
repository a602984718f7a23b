//! A mail server in small: it takes what it is given, or refuses as often as it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI32, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{
        Notify,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

/// Words for a moment, once.
type Said = Mutex<Option<(&'static str, &'static [u8])>>;

/// A mail server on a free port of this machine.
pub struct MailServer {
    /// Its address, as `STINT_SMTP_URL` takes it.
    pub url: String,
    /// What it has taken.
    pub taken: UnboundedReceiver<String>,
    /// How many more mails it refuses.
    pub refusals: Arc<AtomicI32>,
    held: Arc<Mutex<Vec<Arc<Hold>>>>,
    said: Arc<Said>,
}

/// A moment of the conversation at which the server falls silent, once, until it is told to go on.
pub struct Hold {
    moment: &'static str,
    reached: Notify,
    go: Notify,
}

impl Hold {
    /// Comes back when the server has come to that moment.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the server go on.
    pub fn go(&self) {
        self.go.notify_one();
    }
}

impl MailServer {
    /// Starts it; it ends with the test.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (given, taken) = unbounded_channel();
        let refusals = Arc::new(AtomicI32::new(0));
        let held: Arc<Mutex<Vec<Arc<Hold>>>> = Arc::default();
        let said: Arc<Said> = Arc::default();
        let (refusing, holding, saying) = (refusals.clone(), held.clone(), said.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, given.clone(), refusing.clone(), holding.clone(), saying.clone()));
            }
        });
        Self { url, taken, refusals, held, said }
    }

    /// Lets the server answer once with these words: instead of its greeting (`220`), or to a whole mail (`.`).
    pub fn says(&self, moment: &'static str, words: &'static [u8]) {
        *self.said.lock().expect("words") = Some((moment, words));
    }

    /// Lets the server fall silent once before it answers this: `220` (its greeting), a command, `.` (a mail that it has whole), or
    /// `slow@` (such an address). Told several times, it does so for as many.
    pub fn hold(&self, moment: &'static str) -> Arc<Hold> {
        let hold = Arc::new(Hold { moment, reached: Notify::new(), go: Notify::new() });
        self.held.lock().expect("a hold").push(hold.clone());
        hold
    }
}

/// Waits where the server was told to.
async fn wait(held: &Mutex<Vec<Arc<Hold>>>, moment: &str) {
    let hold = {
        let mut held = held.lock().expect("a hold");
        held.iter().position(|hold| hold.moment == moment).map(|place| held.remove(place))
    };
    if let Some(hold) = hold {
        hold.reached.notify_one();
        hold.go.notified().await;
    }
}

/// What the server was told to say at this moment, or what it usually says.
fn words(said: &Said, moment: &str, usual: &'static [u8]) -> &'static [u8] {
    said.lock().expect("words").take_if(|(at, _)| *at == moment).map_or(usual, |(_, words)| words)
}

/// The words with the link of a mail in the place of `<link>`, with each letter of its secret as a reference in the place of
/// `<letters>`, and with the mail in Base64 in the place of `<base64>`, in lines of 28 letters.
fn quoting(words: &[u8], mail: &str) -> Vec<u8> {
    let link = mail.split_whitespace().find(|word| word.starts_with("http")).unwrap_or_default();
    let letters: String = link.rsplit('/').next().unwrap_or_default().bytes().map(|letter| format!("&#{letter};")).collect();
    let encoded = STANDARD.encode(link);
    let lines: Vec<_> = encoded.as_bytes().chunks(28).map(|line| String::from_utf8_lossy(line)).collect();
    let words = String::from_utf8_lossy(words).replace("<link>", link).replace("<letters>", &letters);
    words.replace("<base64>", &lines.join("\r\n550-")).into_bytes()
}

/// The part of RFC 5321 that a mail needs.
async fn converse(
    mut stream: TcpStream,
    given: UnboundedSender<String>,
    refusals: Arc<AtomicI32>,
    held: Arc<Mutex<Vec<Arc<Hold>>>>,
    said: Arc<Said>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    wait(&held, "220").await;
    write.write_all(words(&said, "220", b"220 small\r\n")).await?;
    let mut answered;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        wait(&held, &word).await;
        if line.contains("slow@") {
            wait(&held, "slow@").await;
        }
        let answer: &[u8] = match word.as_str() {
            "EHLO" => b"250-small\r\n250 8BITMIME\r\n",
            "MAIL" if refusals.fetch_sub(1, Ordering::SeqCst) > 0 => b"451 try again later\r\n",
            "RCPT" if line.contains("nobody@") => b"550 no such mailbox\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                given.send(mail.clone()).ok();
                wait(&held, ".").await;
                answered = quoting(words(&said, ".", b"250 taken\r\n"), &mail);
                &answered
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 fine\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
