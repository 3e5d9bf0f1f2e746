//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit_code;
use crate::run::{Profile, Shard, SnapshotMode};

const EXAMPLES: &str = "\
Examples:
  cordial-conformance
      judge the built-in destinations by every scenario
  cordial-conformance run --command 'python3 my_destination.py'
      judge your own destination, which speaks the protocol on stdin and stdout
  cordial-conformance run --destination my-destination/manifest.yaml --report junit=report.xml
      the same from a manifest, with a report for CI
  cordial-conformance run --only 'identify.*' -v
      one area only, and every scenario listed
  cordial-conformance explain identify.unknown-user-creates-contact
      what a scenario stands for and what it expects";

/// Judges a Segment destination for Cordial by what it does to a mock Cordial.
#[derive(Debug, Parser)]
#[command(
    name = "cordial-conformance",
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}", exit_code::HELP)
)]
pub(super) struct Cli {
    /// What to do; `run` when left out.
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge destinations by the scenarios (the default)
    #[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit_code::HELP))]
    Run(Box<RunArgs>),
    /// Show the scenarios, and which of them apply to a destination
    List(Box<ListArgs>),
    /// Show what one scenario stands for, what it does and what it expects
    Explain(ExplainArgs),
    /// Walk through the handshake with a destination step by step and show where it goes wrong
    Doctor(Box<DoctorArgs>),
    /// Write a destination to start from, which conforms, with its manifest and a run in CI
    #[command(
        after_help = "Example:\n  cordial-conformance init python\n\nA file that exists is never overwritten."
    )]
    Init(InitArgs),
    /// Show what the contract says, and how many scenarios prove each statement
    #[command(after_help = "It ends with 1 where a statement has no scenario, or a scenario no statement.")]
    Coverage(CoverageArgs),
    /// Bring the file of accepted failures up to date
    KnownFailures(KnownFailuresArgs),
    /// Merge the reports of shards, and compare destinations
    #[command(after_help = "Example:\n  cordial-conformance run --shard 1/2 --report json=1.json\n  \
        cordial-conformance run --shard 2/2 --report json=2.json\n  cordial-conformance matrix 1.json 2.json")]
    Matrix(MatrixArgs),
    /// Freeze what a release requires, and list the releases that did
    #[command(
        after_help = "Example:\n  cordial-conformance requirements freeze 0.2.0\n  cordial-conformance run --requirements 0.2.0"
    )]
    Requirements(RequirementsArgs),
    /// Print the JSON Schema of scenario files, for editors, or of the protocol's messages
    #[command(
        after_help = "Example, the first line of a scenario file for editors with the YAML language server:\n  \
        cordial-conformance schema > scenario.schema.json\n  # yaml-language-server: $schema=../scenario.schema.json"
    )]
    Schema(SchemaArgs),
    /// Measure the judge: wrong destinations have to be caught, harmless ones must not be
    #[command(
        after_help = "Example:\n  cordial-conformance self-test\nIt ends with 5 when the judge cannot be trusted."
    )]
    SelfTest(SelfTestArgs),
    /// Play a destination of the self-test on stdin and stdout
    #[command(hide = true)]
    Destination(DestinationNameArgs),
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Of what
    #[arg(value_enum, default_value_t = SchemaOf::Scenario)]
    pub(super) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaOf {
    /// A scenario file
    Scenario,
    /// A message between the runner and a destination
    Protocol,
}

/// Which destination.
#[derive(Debug, Clone, Default, Args)]
#[group(multiple = false)]
pub(super) struct DestinationArgs {
    /// A manifest, or the name of a built-in destination: `reference`, `segment-classic`, `reference-actions` or
    /// `reference-inline`; all but the last when left out
    #[arg(long, value_name = "MANIFEST.yaml|NAME")]
    pub(super) destination: Option<String>,

    /// A command that speaks the protocol on its stdin and stdout
    #[arg(long, value_name = "CMD ARGS")]
    pub(super) command: Option<String>,

    /// The address of a destination that speaks the protocol by HTTP POST
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
}

impl DestinationArgs {
    /// Whether they name one.
    pub(super) const fn names_one(&self) -> bool {
        self.destination.is_some() || self.command.is_some() || self.url.is_some()
    }
}

/// Which scenarios.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SelectionArgs {
    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,

    /// Only scenarios whose id matches, as in `identify.*`; may be given more than once
    #[arg(long, value_name = "GLOB")]
    pub(super) only: Vec<String>,

    /// Only one profile: core, commerce, resilience; `strict` is everything, and what is recommended is demanded
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(super) profile: Option<Profile>,

    /// One part of the scenarios, as in `2/4`; a scenario stays in its part when others are added
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) destination: DestinationArgs,

    #[command(flatten)]
    pub(super) selection: SelectionArgs,

    /// How many scenarios may be in flight at once; by default a few per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,

    /// Play every scenario N times, each time on a fresh account; a verdict that changes is red
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) repeat: u16,

    /// Hold each message of the destination against the schema of the protocol, which `schema protocol` prints
    #[arg(long)]
    pub(super) validate: bool,

    /// Start the plays in an order that the seed makes
    #[arg(long)]
    pub(super) shuffle: bool,

    /// Also try what the destination does not claim, and say what came of it
    #[arg(long)]
    pub(super) probe: bool,

    /// The seed of ids, keys and order
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,

    /// Hold it to what a release required, as in `0.1.0`: scenarios that came later advise only
    #[arg(long, value_name = "VERSION")]
    pub(super) requirements: Option<String>,

    /// Failures that are accepted for now; by default `known-failures.yaml` beside the manifest, where there is one
    #[arg(long, value_name = "FILE")]
    pub(super) known_failures: Option<PathBuf>,

    /// What to do with stored exchanges; by default `check` where the destination has some, `off` otherwise
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) snapshots: Option<SnapshotsArg>,

    /// The folder of stored exchanges; by default `snapshots` in the folder of scenarios
    #[arg(long, value_name = "DIR")]
    pub(super) snapshot_dir: Option<PathBuf>,

    /// Write a report: `json=FILE`, `junit=FILE`, `html=FILE` or `md=FILE`; may be given more than once
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(super) report: Vec<ReportArg>,

    #[command(flatten)]
    pub(super) output: OutputArgs,

    /// List every scenario, not only what is unexpected
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct OutputArgs {
    /// Colours: `auto` means on a terminal, and never where NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorArg,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cordial-conformance list\n  \
    cordial-conformance list --destination my-destination/manifest.yaml\n  cordial-conformance list --only 'group.*' --json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) destination: DestinationArgs,

    #[command(flatten)]
    pub(super) selection: SelectionArgs,

    /// As JSON, for programs
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cordial-conformance explain identify.unknown-user-creates-contact")]
pub(super) struct ExplainArgs {
    /// The scenario's id
    pub(super) id: String,

    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cordial-conformance doctor --command 'python3 my_destination.py'\n  \
    cordial-conformance doctor --url http://127.0.0.1:9000/")]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    pub(super) destination: DestinationArgs,

    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct CoverageArgs {
    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,

    /// Also play the self-test, and count the mutants that the scenarios of each statement catch as intended
    #[arg(long)]
    pub(super) mutants: bool,

    /// List the scenarios of each statement
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct KnownFailuresArgs {
    #[command(subcommand)]
    pub(super) command: KnownFailuresCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum KnownFailuresCommand {
    /// Remove what is fixed, rewrite what changed, add what is new; comments and everything else stay as they are
    #[command(
        after_help = "Example:\n  cordial-conformance known-failures update --destination my-destination/manifest.yaml\n\
        It always plays every scenario. An entry that it adds keeps `run` red until its reason is written."
    )]
    Update(Box<KnownFailuresUpdateArgs>),
}

#[derive(Debug, Args)]
pub(super) struct KnownFailuresUpdateArgs {
    #[command(flatten)]
    pub(super) destination: DestinationArgs,

    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,

    /// The file; by default `known-failures.yaml` beside the manifest
    #[arg(long, value_name = "FILE")]
    pub(super) known_failures: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// JSON reports of `run`, of one suite: each destination whole, or all of its shards
    #[arg(required = true, value_name = "REPORT.json")]
    pub(super) reports: Vec<PathBuf>,

    /// Every scenario, not only those that fail or in which the destinations differ
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Debug, Args)]
pub(super) struct RequirementsArgs {
    #[command(subcommand)]
    pub(super) command: Option<RequirementsCommand>,

    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) scenarios: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum RequirementsCommand {
    /// The releases that froze what they require; the default
    List,
    /// Write down every scenario that must pass today as what this release requires
    Freeze {
        /// The release
        version: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The language to write it in
    #[arg(value_enum)]
    pub(super) language: Language,

    /// The folder to write into; it is made where it is missing
    #[arg(value_name = "DIR", default_value = "cordial-destination")]
    pub(super) folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    Python,
    Node,
    Go,
    Rust,
}

impl Language {
    /// As it is typed.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Go => "go",
            Self::Rust => "rust",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SnapshotsArg {
    /// Compare with the stored exchange; a change is red
    Check,
    /// Store what is new or changed; never in CI
    Update,
    /// Do not look
    Off,
}

impl From<SnapshotsArg> for SnapshotMode {
    fn from(arg: SnapshotsArg) -> Self {
        match arg {
            SnapshotsArg::Check => Self::Check,
            SnapshotsArg::Update => Self::Update,
            SnapshotsArg::Off => Self::Off,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct SelfTestArgs {
    /// A folder of scenario files; the ones that come built in when left out
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,

    /// The seed of ids and keys
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,

    #[command(flatten)]
    pub(super) output: OutputArgs,

    /// List every mutant, not only those that were not caught as intended
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Debug, Args)]
pub(super) struct DestinationNameArgs {
    /// Its name
    pub(super) name: String,
}

/// `--report FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportArg {
    pub(super) format: ReportFormat,
    pub(super) file: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportFormat {
    Json,
    Junit,
    Html,
    Markdown,
}

impl FromStr for ReportArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refusal = || {
            "write `json=FILE`, `junit=FILE`, `html=FILE` or `md=FILE`, as in `junit=report.xml`".to_owned()
        };
        let (format, file) = text.split_once('=').ok_or_else(refusal)?;
        let format = match format {
            "json" => ReportFormat::Json,
            "junit" => ReportFormat::Junit,
            "html" => ReportFormat::Html,
            "md" => ReportFormat::Markdown,
            _ => return Err(refusal()),
        };
        if file.is_empty() { Err(refusal()) } else { Ok(Self { format, file: file.into() }) }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("cordial-conformance").chain(arguments.iter().copied()))
    }

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_is_the_default_command() {
        let cli = parse(&["--only", "identify.*", "--jobs", "3"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.run.selection.only, ["identify.*"]);
        assert_eq!(cli.run.jobs, Some(3));
    }

    #[test]
    fn a_destination_is_named_in_one_way_only() {
        assert!(parse(&["run", "--command", "a", "--url", "b"]).is_err());
    }

    #[test]
    fn a_report_has_a_format_and_a_file() {
        assert_eq!(
            "junit=a=b.xml".parse(),
            Ok(ReportArg { format: ReportFormat::Junit, file: "a=b.xml".into() })
        );
        for text in ["junit", "pdf=a", "json="] {
            assert!(text.parse::<ReportArg>().is_err(), "{text}");
        }
    }

    #[test]
    fn running_nothing_on_purpose_is_refused() {
        assert!(parse(&["run", "--repeat", "0"]).is_err());
        assert!(parse(&["run", "--jobs", "0"]).is_err());
        assert!(parse(&["run", "--shard", "3/2"]).is_err());
    }
}
