//! The SMTP transport of a URL: `smtp://` or `smtps://`, with `?tls=required` or `?tls=opportunistic`, with the user name and the password
//! of an account, and with the EHLO name of this machine as the path.

use std::time::Duration;

use lettre::transport::smtp::{
    self, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Tls, TlsParameters},
    extension::ClientId,
};
use percent_encoding::percent_decode_str;
use url::Url;

/// How long connecting to one address of the mail server may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// What is wrong with the URL of a mail server.
#[derive(Debug, thiserror::Error)]
pub enum SmtpUrlError {
    /// It has no host.
    #[error("it names no mail server")]
    NoHost,
    /// It has a part that is not supported.
    #[error("it begins with smtp:// or smtps://, and ?tls= is required or opportunistic")]
    Unknown,
    /// The account is malformed.
    #[error("the name or the password of the account is not UTF-8")]
    Account,
    /// TLS to this host is not possible.
    #[error("there can be no TLS: {0}")]
    Tls(#[from] smtp::Error),
}

/// How the mail server is reached.
#[derive(Clone)]
pub(super) struct SmtpTransport {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
}

impl SmtpTransport {
    pub(super) fn of(server: &Url) -> Result<Self, SmtpUrlError> {
        let host = server.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::NoHost)?.to_owned();
        let wanted = server.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.clone());
        let (usual_port, tls) = match (server.scheme(), wanted.as_deref()) {
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(parameters()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(parameters()?)),
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapper(parameters()?)),
            _ => return Err(SmtpUrlError::Unknown),
        };
        let name = server.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        Ok(Self { port: server.port().unwrap_or(usual_port), tls, hello, credentials: credentials(server)?, host })
    }

    /// A connection on which mails may be sent.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let wrapper = if let Tls::Wrapper(parameters) = &self.tls { Some(parameters.clone()) } else { None };
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_LIMIT), &self.hello, wrapper, None).await?;
        match &self.tls {
            Tls::Opportunistic(parameters) if connection.can_starttls() => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

/// The account at the mail server, where the URL has one.
fn credentials(server: &Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| SmtpUrlError::Account);
    match server.password() {
        Some(password) => Ok(Some(Credentials::new(plain(server.username())?, plain(password)?))),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str) -> Result<SmtpTransport, SmtpUrlError> {
        rustls::crypto::ring::default_provider().install_default().ok();
        SmtpTransport::of(&url.parse().expect("a URL"))
    }

    #[test]
    fn a_url_says_where_the_mail_server_is_and_who_asks() {
        let way = way("smtp://ada%40example.com:p%2Bw%25@mail.example.com/studio.example.com").expect("a way");
        assert_eq!((way.host.as_str(), way.port), ("mail.example.com", 25));
        assert!(matches!(way.tls, Tls::None));
        assert!(matches!(&way.hello, ClientId::Domain(name) if name == "studio.example.com"));
        assert_eq!(way.credentials, Some(Credentials::new("ada@example.com".to_owned(), "p+w%".to_owned())));
    }

    #[test]
    fn the_port_follows_from_the_encryption_unless_it_is_said() {
        let port = |url| way(url).expect("a way").port;
        assert_eq!(port("smtps://mail.example.com"), 465);
        assert_eq!(port("smtp://mail.example.com?tls=required"), 587);
        assert_eq!(port("smtp://mail.example.com:2525?tls=opportunistic"), 2525);
    }

    #[test]
    fn what_is_no_way_to_a_mail_server_is_refused() {
        assert!(matches!(way("https://mail.example.com"), Err(SmtpUrlError::Unknown)));
        assert!(matches!(way("smtp://mail.example.com?tls=perhaps"), Err(SmtpUrlError::Unknown)));
    }
}
