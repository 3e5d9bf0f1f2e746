//! What may stand on the command line. Every option of the server is also an environment variable.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use cordial_mock::Clock;

const EXAMPLES: &str = "\
Examples:
  cordial-mock
      serve on 127.0.0.1:12673; every API key has an account of its own
  curl -u my-key: http://127.0.0.1:12673/v2/contacts -H 'Content-Type: application/json' \\
       -d '{\"channels\":{\"email\":{\"address\":\"jane@example.com\"}}}'
      create a contact, as on api.cordial.io
  curl -u my-key: http://127.0.0.1:12673/__admin/requests
      see what a client did
  cordial-mock --seed account.yaml --clock fixed:2026-01-02T03:04:05Z --id-seed 7
      start from a known account, and give the same bytes in every run
  cordial-mock exec -- npm test
      run a command against a mock of its own";

/// An in-memory Cordial: contacts, lists, events, attributes and integration config, with the real service's rules
/// and errors.
#[derive(Debug, Parser)]
#[command(name = "cordial-mock", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(super) struct Cli {
    /// What to do; `serve` when left out.
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) server: ServerArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve until SIGTERM or Ctrl-C (the default)
    #[command(after_help = EXAMPLES)]
    Serve(Box<ServerArgs>),
    /// Run a command against a mock of its own, and end with its exit code
    #[command(
        after_help = "The command finds the mock in CORDIAL_MOCK_URL and a key in CORDIAL_API_KEY.\n\n\
        Example:\n  cordial-mock exec --seed account.yaml -- sh -c 'curl -u $CORDIAL_API_KEY: $CORDIAL_MOCK_URL/v2/contacts'"
    )]
    Exec(Box<ExecArgs>),
    /// Show which of Cordial's operations the mock serves, and on what evidence
    Routes(RoutesArgs),
    /// Write or check a seed file
    #[command(subcommand)]
    Seed(SeedCommand),
}

/// How the mock serves.
#[derive(Debug, Clone, Args)]
pub(super) struct ServerArgs {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env = "CORDIAL_MOCK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:12673", value_parser = address)]
    pub(super) listen: SocketAddr,

    /// Write the port to this file once the mock is ready
    #[arg(long, env = "CORDIAL_MOCK_PORT_FILE", value_name = "PATH")]
    pub(super) port_file: Option<PathBuf>,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

/// An address with its port. Names are not looked up, but everybody knows this one.
fn address(text: &str) -> Result<SocketAddr, String> {
    let number = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    number.as_deref().unwrap_or(text).parse().map_err(|_| {
        "write an address and a port, as in `127.0.0.1:12673`; port 0 takes a free one".to_owned()
    })
}

/// What the mock starts with, wherever it listens.
#[derive(Debug, Clone, Args)]
pub(super) struct WorldArgs {
    /// The state that every account starts with, as YAML or JSON: see `cordial-mock seed init`
    #[arg(long, env = "CORDIAL_MOCK_SEED", value_name = "FILE")]
    pub(super) seed: Option<PathBuf>,

    /// Take the keys of --api-key only; otherwise every well-formed key opens an account
    #[arg(long, env = "CORDIAL_MOCK_STRICT_KEYS", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, require_equals = true, value_name = "true|false", default_missing_value = "true", default_value = "false")]
    pub(super) strict_keys: bool,

    /// An API key that --strict-keys takes; may be given more than once, or with commas
    #[arg(
        long = "api-key",
        env = "CORDIAL_MOCK_API_KEY",
        value_name = "KEY",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub(super) api_keys: Vec<String>,

    /// Where the time comes from: `real`, or `fixed:` and an RFC 3339 time
    #[arg(long, env = "CORDIAL_MOCK_CLOCK", value_name = "CLOCK", default_value = "real")]
    pub(super) clock: Clock,

    /// Make ids the same in every run
    #[arg(long, env = "CORDIAL_MOCK_ID_SEED", value_name = "N")]
    pub(super) id_seed: Option<u64>,

    /// How many requests each account's journal keeps
    #[arg(long, env = "CORDIAL_MOCK_JOURNAL_MAX_ENTRIES", value_name = "N", default_value_t = 10_000)]
    pub(super) journal_max_entries: usize,

    /// How many bytes each account's journal keeps
    #[arg(long, env = "CORDIAL_MOCK_JOURNAL_MAX_BYTES", value_name = "N", default_value_t = 64 << 20)]
    pub(super) journal_max_bytes: usize,

    /// The most bytes of a request's body; more is a 413
    #[arg(long, env = "CORDIAL_MOCK_MAX_BODY_BYTES", value_name = "N", default_value_t = 10 << 20)]
    pub(super) max_body_bytes: usize,

    /// The log, on stderr: a line per request as text or JSON, or none
    #[arg(long, env = "CORDIAL_MOCK_LOG", value_enum, value_name = "FORM", default_value = "off")]
    pub(super) log: LogArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogArg {
    Text,
    Json,
    Off,
}

#[derive(Debug, Args)]
pub(super) struct ExecArgs {
    #[command(flatten)]
    pub(super) world: WorldArgs,

    /// The command and its arguments, after `--`
    #[arg(required = true, last = true, value_name = "CMD")]
    pub(super) command: Vec<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(super) struct RoutesArgs {
    /// As JSON, for programs
    #[arg(long)]
    pub(super) json: bool,

    /// Also what the mock answers with 501
    #[arg(long)]
    pub(super) all: bool,

    /// As the coverage page, in Markdown: with differences, and what is not served
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,

    /// As an OpenAPI 3.0.3 description, as GET /__admin/openapi.json has it
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub(super) openapi: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum SeedCommand {
    /// Write a commented starter to FILE
    Init {
        /// The file to write; it must not exist yet. `-` is stdout
        file: PathBuf,
    },
    /// Check FILE, and name the place of what is wrong
    Validate {
        /// The file to check
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_is_the_default_command_and_takes_the_same_options() {
        let bare = Cli::try_parse_from([
            "cordial-mock",
            "--listen",
            "127.0.0.1:0",
            "--strict-keys",
            "--api-key",
            "a",
            "--api-key",
            "b",
        ])
        .unwrap();
        assert!(bare.command.is_none());
        assert!(bare.server.world.strict_keys);
        assert_eq!(bare.server.world.api_keys, ["a", "b"]);
        assert!(Cli::try_parse_from(["cordial-mock", "serve", "--listen", "127.0.0.1:0"]).is_ok());
    }

    #[test]
    fn an_address_has_a_port_and_may_say_localhost() {
        assert_eq!(address("localhost:0"), Ok(([127, 0, 0, 1], 0).into()));
        assert_eq!(address("[::1]:80"), Ok((std::net::Ipv6Addr::LOCALHOST, 80).into()));
        for text in ["8080", "127.0.0.1", "example.com:80", "localhost:", "localhost:99999"] {
            assert!(address(text).unwrap_err().contains("127.0.0.1:12673"), "{text}");
        }
    }

    #[test]
    fn strict_keys_takes_no_word_that_follows() {
        let cli =
            Cli::try_parse_from(["cordial-mock", "exec", "--strict-keys", "--api-key", "a", "--", "env"]);
        assert!(matches!(cli.unwrap().command, Some(Command::Exec(exec)) if exec.world.strict_keys));
        let cli = Cli::try_parse_from(["cordial-mock", "serve", "--strict-keys=false"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Serve(server)) if !server.world.strict_keys));
    }

    #[test]
    fn exec_wants_a_command() {
        assert!(Cli::try_parse_from(["cordial-mock", "exec", "--"]).is_err());
        assert!(Cli::try_parse_from(["cordial-mock", "exec", "--id-seed", "7", "--", "env"]).is_ok());
    }
}
