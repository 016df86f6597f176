//! What `bellhop demo` takes. What it does is in `crate::demo`.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;

/// What `bellhop demo` takes.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// End after the story has been told once
    #[arg(long)]
    pub once: bool,
    /// How many events the simulated Close sends a minute once the story has been told
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=6_000))]
    pub events_per_minute: u32,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    pub listen: SocketAddr,
}
