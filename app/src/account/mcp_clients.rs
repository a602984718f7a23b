//! MCP clients, and the configuration that connects each of them to Stint.

/// A client of the Model Context Protocol.
pub struct McpClient {
    /// What people call it.
    pub name: &'static str,
    /// The setup, one step per target.
    pub steps: &'static [SetupStep],
    /// A further note; empty when there is none.
    pub note: &'static str,
}

/// One step of the setup.
pub struct SetupStep {
    /// Where to enter it.
    pub place: StepTarget,
    /// The language of the text, as Markdown names languages.
    pub language: &'static str,
    /// The text, with placeholders for the address and the token.
    template: &'static str,
}

/// The target of a setup step.
pub enum StepTarget {
    /// At a prompt, described in words.
    Shell(&'static str),
    /// Into a file.
    File(&'static str),
}

impl SetupStep {
    /// The text for the Stint at this address and with this token.
    pub fn text(&self, address: &str, token: &str) -> String {
        let plain = if is_refused_by_default(address) { r#""--allow-http", "# } else { "" };
        self.template.replace("{address}", address).replace("{plain}", plain).replace("{token}", token)
    }
}

/// Whether mcp-remote refuses this address by default: it is neither encrypted nor on the same machine.
fn is_refused_by_default(address: &str) -> bool {
    let host = address.strip_prefix("http://").map(|rest| rest.split([':', '/']).next().unwrap_or_default());
    host.is_some_and(|host| !["localhost", "127.0.0.1"].contains(&host))
}

const fn shell(words: &'static str, template: &'static str) -> SetupStep {
    SetupStep { place: StepTarget::Shell(words), language: "sh", template }
}

const fn json(file: &'static str, template: &'static str) -> SetupStep {
    SetupStep { place: StepTarget::File(file), language: "json", template }
}

/// All known clients, the most common first.
pub const MCP_CLIENTS: [McpClient; 7] = [
    McpClient {
        name: "Claude Code",
        steps: &[shell("In a shell", r#"claude mcp add --transport http stint {address}/mcp --header "Authorization: Bearer {token}""#)],
        note: "",
    },
    McpClient {
        name: "Codex",
        steps: &[
            SetupStep {
                place: StepTarget::File("~/.codex/config.toml"),
                language: "toml",
                template: "[mcp_servers.stint]\nurl = \"{address}/mcp\"\nbearer_token_env_var = \"STINT_TOKEN\"",
            },
            shell("In the shell that starts it", "export STINT_TOKEN={token}"),
        ],
        note: "",
    },
    McpClient {
        name: "VS Code",
        steps: &[json(
            ".vscode/mcp.json",
            r#"{
  "inputs": [{ "type": "promptString", "id": "stint-token", "description": "Token of Stint", "password": true }],
  "servers": { "stint": {
    "type": "http",
    "url": "{address}/mcp",
    "headers": { "Authorization": "Bearer ${input:stint-token}" }
  } }
}"#,
        )],
        note: "It asks for the token when it first connects, so the token is not in the file.",
    },
    McpClient {
        name: "Gemini CLI",
        steps: &[json(
            "~/.gemini/settings.json",
            r#"{ "mcpServers": { "stint": {
  "httpUrl": "{address}/mcp",
  "headers": { "Authorization": "Bearer {token}" }
} } }"#,
        )],
        note: "It connects only in a folder that it trusts: trust the folder when it asks, or set GEMINI_CLI_TRUST_WORKSPACE=true.",
    },
    McpClient {
        name: "Cursor",
        steps: &[json(
            "~/.cursor/mcp.json",
            r#"{ "mcpServers": { "stint": {
  "url": "{address}/mcp",
  "headers": { "Authorization": "Bearer {token}" }
} } }"#,
        )],
        note: "",
    },
    McpClient {
        name: "Claude Desktop",
        steps: &[json(
            "claude_desktop_config.json",
            r#"{ "mcpServers": { "stint": {
  "command": "npx",
  "args": ["-y", "mcp-remote", "{address}/mcp", {plain}"--header", "Authorization:${STINT_AUTHORIZATION}"],
  "env": { "STINT_AUTHORIZATION": "Bearer {token}" }
} } }"#,
        )],
        note: "Like every client that only starts programs, it reaches Stint through mcp-remote, which needs Node.js.",
    },
    McpClient {
        name: "Another client",
        steps: &[json(
            "its configuration",
            r#"{ "mcpServers": { "stint": {
  "type": "http",
  "url": "{address}/mcp",
  "headers": { "Authorization": "Bearer {token}" }
} } }"#,
        )],
        note: "Most clients read something like this; their manual says which file, and whether a word differs.",
    },
];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const ADDRESS: &str = "http://127.0.0.1:3000";
    const TOKEN: &str = "stint_pat_…";

    /// The setup of all clients in Markdown, for the README.
    fn readme_lines() -> String {
        let step = |step: &SetupStep| {
            let place = match step.place {
                StepTarget::Shell(words) => words.to_owned(),
                StepTarget::File(file) if file.contains(['/', '.']) => format!("In `{file}`"),
                StepTarget::File(words) => format!("In {words}"),
            };
            format!("{place}:\n\n```{}\n{}\n```\n\n", step.language, step.text(ADDRESS, TOKEN))
        };
        let client = |client: &McpClient| {
            let note = if client.note.is_empty() { String::new() } else { format!(" {}", client.note) };
            format!("**{}**.{note} {}", client.name, client.steps.iter().map(step).collect::<String>())
        };
        MCP_CLIENTS.iter().map(client).collect()
    }

    #[test]
    fn the_readme_tells_the_lines_of_every_client() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(readme_lines().trim_end()), "the README's lines for clients should be:\n{}", readme_lines());
    }

    #[test]
    fn json_for_a_client_is_json_and_leads_to_the_endpoint() {
        for client in &MCP_CLIENTS {
            let all: String = client.steps.iter().map(|step| step.text(ADDRESS, TOKEN)).collect();
            assert!(all.contains("http://127.0.0.1:3000/mcp"), "{}", client.name);
            assert!(all.contains(TOKEN) || client.note.contains("asks for the token"), "{}", client.name);
            for step in client.steps.iter().filter(|step| step.language == "json") {
                serde_json::from_str::<Value>(&step.text(ADDRESS, TOKEN)).unwrap_or_else(|problem| panic!("{}: {problem}", client.name));
            }
        }
    }

    #[test]
    fn only_an_address_in_the_clear_on_another_machine_is_allowed_by_name() {
        let remote = |address: &str| {
            MCP_CLIENTS.iter().flat_map(|client| client.steps).any(|step| step.text(address, TOKEN).contains("--allow-http"))
        };
        assert!(remote("http://stint.example:3000"));
        assert!(!remote("https://stint.example"));
        assert!(!remote("http://localhost:3000"));
        assert!(!remote(ADDRESS));
    }
}
