//! Tests of the configuration: valid variables, and messages about the others.

use super::*;

fn parse(variables: &[(&str, &str)]) -> Result<Config, String> {
    let pairs = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(pairs).map_err(|error| error.to_string())
}

/// The only problem with these variables.
fn complaint(variables: &[(&str, &str)]) -> String {
    let all = parse(variables).expect_err("it should be refused");
    assert_eq!(all.lines().count(), 1, "{all}");
    all
}

#[test]
fn nothing_set_means_the_defaults() {
    let config = parse(&[("HOME", "/home/ada"), ("LEPTOS_OUTPUT_NAME", "stint")]).expect("defaults");
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url, "http://127.0.0.1:3000");
    assert_eq!(config.data_dir, Path::new("./data"));
    assert_eq!(config.mail_from.to_string(), "Stint <stint@localhost>");
    assert_eq!(config.log, "info,rmcp=error,rmcp::service=off");
    assert!(config.database_url.is_none() && config.smtp_url.is_none());
}

#[test]
fn an_empty_value_is_the_same_as_none() {
    let config = parse(&[("STINT_SMTP_URL", ""), ("STINT_ADDR", " ")]).expect("defaults");
    assert_eq!(config.addr.port(), 3000);
}

#[test]
fn every_variable_can_be_set() {
    let config = parse(&[
        ("STINT_ADDR", "[::]:8080"),
        ("STINT_DATA_DIR", "/var/lib/stint"),
        ("STINT_DATABASE_URL", "postgres://app:pw@db/stint?sslmode=require"),
        ("STINT_OWNER_DATABASE_URL", "postgresql://owner:pw@db/stint"),
        ("STINT_PUBLIC_URL", "https://Stint.example.com/"),
        ("STINT_SMTP_URL", "smtp://user:pw@mail.example.com:587?tls=required"),
        ("STINT_MAIL_FROM", "studio@example.com"),
        ("STINT_MODEL_URL", "http://localhost:11434/v1"),
        ("STINT_MODEL", "qwen3:8b"),
        ("STINT_MODEL_KEY", "sk-pw"),
        ("STINT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("STINT_ACCESS_LOG_DAYS", "30"),
        ("STINT_LOG", "warn,stint=debug"),
    ])
    .expect("all are fine");
    assert_eq!(config.public_url, "https://stint.example.com");
    assert_eq!(config.database_url.as_ref().map(PgConnectOptions::get_username), Some("app"));
    assert_eq!(config.owner_database_url.as_ref().map(PgConnectOptions::get_username), Some("owner"));
    assert_eq!(config.secret().expect("given").expose(), "0123456789abcdef0123456789abcdef");
    assert!(!format!("{config:?}").contains("pw"), "{config:?}");
}

#[test]
fn an_unspecified_address_is_reached_as_localhost() {
    assert_eq!(parse(&[("STINT_ADDR", "0.0.0.0:80")]).expect("fine").public_url, "http://localhost:80");
}

#[test]
fn an_unknown_name_is_refused_and_the_known_ones_are_told() {
    let told = complaint(&[("STINT_PORT", "80")]);
    assert!(told.starts_with("\"STINT_PORT\" is not a variable of Stint"), "{told}");
    assert!(VARIABLES.iter().all(|variable| told.contains(variable.name)), "{told}");
}

#[test]
fn a_malformed_value_is_refused_with_its_name_problem_and_shape() {
    for (name, value, problem) in [
        ("STINT_ADDR", "localhost", "is \"localhost\", which is not an address with a port"),
        ("STINT_MAIL_FROM", "nobody", "is \"nobody\", which is not a mail address"),
        ("STINT_RATE_LIMIT", "often", "is \"often\", which is not a whole number"),
        ("STINT_ACCESS_LOG_DAYS", "1", "is \"1\", which is not a whole number from 7 to 3650"),
        ("STINT_LOG", "loud=very", "is \"loud=very\", which is not a filter"),
        ("STINT_SECRET", "tooshort", "has 8 characters"),
        ("STINT_PUBLIC_URL", "stint.example.com", "is not a URL (relative URL without a base)"),
        ("STINT_PUBLIC_URL", "ftp://stint.example.com", "does not begin with http:// or https://"),
        ("STINT_PUBLIC_URL", "https://example.com/stint", "has something behind the host"),
        ("STINT_PUBLIC_URL", "https://ada:pw@example.com", "has a user or a password"),
        ("STINT_SMTP_URL", "mail.example.com:25", "does not begin with smtp:// or smtps://"),
        ("STINT_SMTP_URL", "smtp://", "has no host"),
        ("STINT_DATABASE_URL", "mysql://u:hunter2@db/x", "does not begin with postgres:// or postgresql://"),
        ("STINT_DATABASE_URL", "postgres://u:hunter2@db/x?sslmode=maybe", "has a part that PostgreSQL does not"),
        ("STINT_DATABASE_URL", "postgres://u:hunter2@db:port/x", "is not a URL (invalid port number)"),
    ] {
        let told = complaint(&[(name, value)]);
        let shape = VARIABLES.iter().find(|variable| variable.name == name).map(|variable| variable.shape);
        assert!(told.starts_with(&format!("{name} {problem}")), "{told}");
        assert!(told.contains(&format!("; it should be {}.", shape.unwrap_or_default())), "{told}");
    }
}

#[test]
fn a_secret_or_password_is_never_repeated() {
    let told = parse(&[
        ("STINT_SECRET", "hunter2"),
        ("STINT_DATABASE_URL", "mysql://u:hunter2@db/x"),
        ("STINT_OWNER_DATABASE_URL", "postgres://u:hunter2@db:hunter2/x"),
        ("STINT_SMTP_URL", "http://u:hunter2@mail"),
        ("STINT_PUBLIC_URL", "https://u:hunter2@stint"),
    ])
    .expect_err("all are wrong");
    assert_eq!(told.lines().count(), 5, "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn half_a_model_is_refused() {
    let told = complaint(&[("STINT_MODEL_URL", "https://api.example.com/v1")]);
    assert!(told.starts_with("STINT_MODEL_URL is set without STINT_MODEL"), "{told}");
    let told = complaint(&[("STINT_MODEL", "qwen3:8b")]);
    assert!(told.starts_with("STINT_MODEL is set without STINT_MODEL_URL"), "{told}");
    let told = complaint(&[("STINT_MODEL", "qwen3:8b"), ("STINT_MODEL_URL", "ftp://hunter2@models")]);
    assert!(told.contains("does not begin with http:// or https://") && !told.contains("hunter2"), "{told}");
}

#[test]
fn the_owner_of_no_database_is_refused() {
    let told = complaint(&[("STINT_OWNER_DATABASE_URL", "postgres://owner@db/stint")]);
    assert!(told.starts_with("STINT_OWNER_DATABASE_URL is set without STINT_DATABASE_URL"), "{told}");
}

#[test]
fn the_secret_is_made_once_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().join("data");
    let config = parse(&[("STINT_DATA_DIR", &data_dir.to_string_lossy())]).expect("fine");
    let racers: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn({
                let config = config.clone();
                move || config.secret()
            })
        })
        .collect();
    let secrets: Vec<_> = racers.into_iter().map(|racer| racer.join().expect("no panic").expect("a secret")).collect();
    assert_eq!(secrets[0].expose().len(), 64);
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    let mode = fs::metadata(data_dir.join("secret")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_dir(&data_dir).expect("a folder").count(), 1, "no draft is left");
}

#[test]
fn a_damaged_secret_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("secret"), "short").expect("written");
    let config = parse(&[("STINT_DATA_DIR", &folder.path().to_string_lossy())]).expect("fine");
    let told = config.secret().expect_err("too short").to_string();
    assert!(told.ends_with("/secret cannot be used: it has 5 characters"), "{told}");
}

#[test]
fn the_readme_table_has_a_row_for_every_variable() {
    let table = readme_table();
    assert_eq!(table.lines().count(), VARIABLES.len() + 2);
    assert!(table.contains("| `STINT_ADDR` | `127.0.0.1:3000` | The address and port to listen on. |\n"), "{table}");
}

#[test]
fn the_readme_tells_every_variable() {
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&super::readme_table()), "the README's table of settings should be:\n{}", super::readme_table());
}
