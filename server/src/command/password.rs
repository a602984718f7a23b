//! Reads a password for the command line: from the environment or the standard input, since arguments stand in the list of processes.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, ensure};
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

/// The variable that may hold the password of `stint admin create-user`.
pub const VARIABLE: &str = "STINT_PASSWORD";

/// The password: the one given as an argument unless it is `-`, else that of [`VARIABLE`], else a line of the standard input.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn read(argument: Option<String>, variable: Option<String>) -> anyhow::Result<String> {
    match (argument.filter(|given| given != "-"), variable.filter(|given| !given.is_empty())) {
        (Some(given), _) => {
            writeln!(io::stderr(), "stint: others on this machine can read arguments; give the password on the standard input.").ok();
            Ok(given)
        }
        (None, Some(given)) => Ok(given),
        (None, None) if io::stdin().is_terminal() => asked(),
        (None, None) => line(&mut io::stdin().lock()),
    }
}

/// One line, without its end.
fn line(input: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line).context("the password cannot be read")?;
    let password = line.trim_end_matches(['\n', '\r']);
    ensure!(!password.is_empty(), "no password: write it on the standard input, or set {VARIABLE}");
    Ok(password.to_owned())
}

/// Asks at the terminal, without echo.
fn asked() -> anyhow::Result<String> {
    let stdin = io::stdin();
    write!(io::stderr(), "Password: ").context("the terminal is closed")?;
    let shown = tcgetattr(&stdin).context("the terminal cannot be asked")?;
    let mut hidden = shown.clone();
    hidden.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &hidden).context("the terminal cannot be asked")?;
    let typed = line(&mut stdin.lock());
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &shown).context("the terminal shows nothing any more; run: stty echo")?;
    writeln!(io::stderr()).ok();
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_of_the_input() {
        assert_eq!(line(&mut "four random words\nand more\n".as_bytes()).ok().as_deref(), Some("four random words"));
        assert_eq!(line(&mut "with spaces \r\n".as_bytes()).ok().as_deref(), Some("with spaces "));
        assert!(line(&mut "\n".as_bytes()).is_err_and(|problem| problem.to_string().contains(VARIABLE)));
    }

    #[test]
    fn a_dash_means_the_variable_or_the_input() {
        assert_eq!(read(Some("-".to_owned()), Some("from the environment".to_owned())).ok().as_deref(), Some("from the environment"));
        assert_eq!(read(None, Some("from the environment".to_owned())).ok().as_deref(), Some("from the environment"));
    }
}
