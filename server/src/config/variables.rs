//! The table of environment variables, with their descriptions for the README.

/// One variable of the environment.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The value when it is not set.
    pub default: Fallback,
    /// The form of its value, to complete "it should be …".
    pub shape: &'static str,
    /// Its meaning, in Markdown.
    pub meaning: &'static str,
}

/// The meaning of a variable that is not set.
pub enum Fallback {
    /// This value, parsed like one that is set.
    Value(&'static str),
    /// Behaviour that no value expresses, described for people.
    Otherwise(&'static str),
}

/// Every variable that Stint reads.
pub static VARIABLES: &[Variable] = &[
    Variable {
        name: "STINT_ADDR",
        default: Fallback::Value("127.0.0.1:3000"),
        shape: "an address and a port, such as 127.0.0.1:3000",
        meaning: "The address and port to listen on.",
    },
    Variable {
        name: "STINT_PUBLIC_URL",
        default: Fallback::Otherwise("`http://` and the address"),
        shape: "an origin without a path, such as https://stint.example.com",
        meaning: "The address that people see, used in links and mails; requests to another host are refused.",
    },
    Variable {
        name: "STINT_DATA_DIR",
        default: Fallback::Value("./data"),
        shape: "a folder, such as /var/lib/stint",
        meaning: "The folder for the private database and the generated secret.",
    },
    Variable {
        name: "STINT_DATABASE_URL",
        default: Fallback::Otherwise("a private PostgreSQL in the data folder"),
        shape: "a PostgreSQL URL, such as postgres://user:password@host:5432/database",
        meaning: "The PostgreSQL database to use instead of the private one.",
    },
    Variable {
        name: "STINT_OWNER_DATABASE_URL",
        default: Fallback::Otherwise("`STINT_DATABASE_URL`"),
        shape: "a PostgreSQL URL of the same database, such as postgres://owner:password@host:5432/database",
        meaning: "The same database as its owner, used for migrations only.",
    },
    Variable {
        name: "STINT_SIGN_UP",
        default: Fallback::Value("open"),
        shape: "open, invited or closed",
        meaning: "Who may sign up: `open` anybody, `invited` whoever has the link of an invitation, `closed` nobody.",
    },
    Variable {
        name: "STINT_SMTP_URL",
        default: Fallback::Otherwise("mails stay in the outbox"),
        shape: "an SMTP URL, such as smtps://user:password@mail.example.com",
        meaning: "The mail server: `smtps://…`, or `smtp://…?tls=required` where it offers STARTTLS.",
    },
    Variable {
        name: "STINT_MAIL_FROM",
        default: Fallback::Value("Stint <stint@localhost>"),
        shape: "a mail address, such as Stint <stint@example.com>",
        meaning: "The sender of mails.",
    },
    Variable {
        name: "STINT_MODEL_URL",
        default: Fallback::Otherwise("no model: the assistant takes slash commands only"),
        shape: "the base address of an OpenAI-compatible API, such as https://api.openai.com/v1 or http://localhost:11434/v1",
        meaning: "The API that the assistant asks, anything that speaks OpenAI's chat completions; set `STINT_MODEL` beside it.",
    },
    Variable {
        name: "STINT_MODEL",
        default: Fallback::Otherwise("none"),
        shape: "the name of a model at STINT_MODEL_URL",
        meaning: "The model that the assistant asks.",
    },
    Variable {
        name: "STINT_MODEL_KEY",
        default: Fallback::Otherwise("none"),
        shape: "the key of the API at STINT_MODEL_URL",
        meaning: "The key for that API, where it wants one.",
    },
    Variable {
        name: "STINT_SECRET",
        default: Fallback::Otherwise("generated into the data folder"),
        shape: "at least 32 characters, such as the output of: openssl rand -hex 32",
        meaning: "A secret that all servers of a deployment share, at least 32 characters; nothing is signed with it yet.",
    },
    Variable {
        name: "STINT_RATE_LIMIT",
        default: Fallback::Value("120"),
        shape: "calls per minute, such as 120, or 0 for no limit",
        meaning: "How often one token may call per minute, and twice as often at once; all tokens of one person together may 600 times, and 200 at once, or as often as one token if that is more; a person at the pages may 600 times, and 200 at once, and so may all of one network together who are not signed in, those with a token or a sign-in that is not known yet apart. 0 for no limit on any.",
    },
    Variable {
        name: "STINT_MAILS_PER_DAY",
        default: Fallback::Value("200"),
        shape: "a number of mails, such as 200, or 0 for no limit",
        meaning: "How many mails one organization may write in a day (UTC), and all together that one person has founded; 0 for no limit. \
             Counted where `STINT_SMTP_URL` is set: without it nothing leaves, and what waits then leaves within the limit of all.",
    },
    Variable {
        name: "STINT_ALL_MAILS_PER_DAY",
        default: Fallback::Value("5000"),
        shape: "a number of mails, such as 5000, or 0 for no limit",
        meaning: "How many mails may leave in a day (UTC); a fifth of them is for people's own sign-ins, the rest for all organizations together; 0 for no limit.",
    },
    Variable {
        name: "STINT_MODEL_TOKENS",
        default: Fallback::Value("20000000"),
        shape: "a number of tokens, such as 20000000, or 0 for no limit",
        meaning: "How many tokens the model may read and write in a month (UTC), for all organizations together; 0 for no limit.",
    },
    Variable {
        name: "STINT_DRAIN_SECONDS",
        default: Fallback::Value("1"),
        shape: "seconds, such as 1, or 0 to close the doors at once",
        meaning: "How long the process goes on as before when it is told to end, while `/readyz` says no; about eight seconds more is the most that the end then takes.",
    },
    Variable {
        name: "STINT_ACCESS_LOG_DAYS",
        default: Fallback::Value("90"),
        shape: "days, from 7 to 3650, such as 90",
        meaning: "How many days reads, refusals and dry runs stay in the audit log, by whole months; what changed something stays for good.",
    },
    Variable {
        name: "STINT_TOKEN",
        default: Fallback::Otherwise("none"),
        shape: "a personal access token, such as stint_pat_…",
        meaning: "The token that `stint call` uses; the server does not read it.",
    },
    Variable {
        name: "STINT_PASSWORD",
        default: Fallback::Otherwise("a line of the standard input"),
        shape: "a password of at least 10 characters",
        meaning: "The password that `stint admin create-user` gives; the server does not read it.",
    },
    Variable {
        name: "STINT_TRUSTED_PROXIES",
        default: Fallback::Value("127.0.0.0/8,::1/128"),
        shape: "addresses and networks with commas between them, such as 10.0.0.7,172.16.0.0/12",
        meaning: "The proxies in front of Stint: only these are believed when `X-Forwarded-For` says whom a request comes from.",
    },
    Variable {
        name: "STINT_LOG",
        default: Fallback::Value("info,rmcp=error,rmcp::service=off"),
        shape: "a level or a filter, such as info or info,sqlx=debug",
        meaning: "What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,sqlx=debug`. What agents send stands in lines of `rmcp` from `warn` on.",
    },
];

/// The table of variables, in Markdown, for the README.
pub fn readme_table() -> String {
    let mut table = String::from("| Variable | Default | Meaning |\n| --- | --- | --- |\n");
    for Variable { name, default, meaning, .. } in VARIABLES {
        let default = match default {
            Fallback::Value(value) => format!("`{value}`"),
            Fallback::Otherwise(words) => (*words).to_owned(),
        };
        table.push_str(&format!("| `{name}` | {default} | {meaning} |\n"));
    }
    table
}
