//! The simulator as a program: `close-simulator --listen 127.0.0.1:4010 --api-key KEY`.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use close_simulator::{ApiKey, RateLimit, Simulator, SimulatorConfig};
use tracing_subscriber::EnvFilter;

/// A stand-in for Close's webhook API. Its control API asks for no key: keep it on the local machine.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen
    #[arg(long, env = "CLOSE_SIMULATOR_LISTEN", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,

    /// An administrator's API key; may be given several times
    #[arg(
        long = "api-key",
        env = "CLOSE_SIMULATOR_API_KEY",
        default_value = "api_simulated",
        hide_env_values = true
    )]
    api_keys: Vec<String>,

    /// A member's API key, who sees only the member's own subscriptions; may be given several times
    #[arg(long = "member-key")]
    member_keys: Vec<String>,

    /// How many times faster than Close failed deliveries are tried again
    #[arg(long, default_value_t = 20)]
    time_scale: u32,

    /// Calls a second for each key and endpoint; 0 for no limit
    #[arg(long, default_value_t = RateLimit::default().limit)]
    rate_limit: u32,

    /// Writes over the API emit no events
    #[arg(long)]
    silent_writes: bool,

    /// Makes ids and sample names the same at every start
    #[arg(long)]
    seed: Option<u64>,
}

impl Arguments {
    fn into_config(self) -> SimulatorConfig {
        let admins = self.api_keys.into_iter().map(ApiKey::admin);
        SimulatorConfig {
            listen: self.listen,
            api_keys: admins.chain(self.member_keys.into_iter().map(ApiKey::member)).collect(),
            time_scale: self.time_scale,
            rate_limit: (self.rate_limit > 0)
                .then(|| RateLimit { limit: self.rate_limit, ..RateLimit::default() }),
            events_from_writes: !self.silent_writes,
            seed: self.seed,
            ..SimulatorConfig::default()
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("close_simulator=debug"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let simulator = match Simulator::start(Arguments::parse().into_config()).await {
        Ok(simulator) => simulator,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the simulator did not start");
            return ExitCode::FAILURE;
        }
    };
    tracing::info!(api = simulator.base_url(), control = simulator.control_url(), "the simulator runs");
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "cannot be told to stop, so it stops now");
    }
    simulator.stop().await;
    ExitCode::SUCCESS
}
