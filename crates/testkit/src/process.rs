//! The real binary in a process of its own, for what only a process can show: being killed.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// `bellhop serve`, until it is killed or dropped.
pub struct Process {
    child: Child,
    address: String,
    data_dir: PathBuf,
}

impl Process {
    /// Starts `binary serve` with these variables and waits until it listens. `data_dir` is where its files are, and
    /// its log is added to the file `log` there.
    pub fn serve(binary: &str, data_dir: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary)
            .arg("serve")
            .env_clear()
            .env("BELLHOP_LISTEN", "127.0.0.1:0")
            .env("BELLHOP_LOG_FORMAT", "json")
            // Whatever a test calls is on this machine.
            .env("BELLHOP_HTTP_ALLOW_PRIVATE", "true")
            .env("BELLHOP_DATA_DIR", data_dir)
            .envs(variables.iter().copied())
            .current_dir(data_dir)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let lines = BufReader::new(child.stderr.take().expect("its log"));
        let (sender, receiver) = mpsc::channel();
        let log = data_dir.join("log");
        std::thread::spawn(move || {
            use std::io::Write as _;
            let mut file =
                std::fs::OpenOptions::new().create(true).append(true).open(log).expect("a log file");
            for line in lines.lines().map_while(Result::ok) {
                writeln!(file, "{line}").expect("room for the log");
                if let Some(address) = address_in(&line) {
                    // Nobody listens any more once the start is over.
                    let _ = sender.send(address);
                }
            }
        });
        let Ok(address) = receiver.recv_timeout(Duration::from_mins(1)) else {
            let log = std::fs::read_to_string(data_dir.join("log")).unwrap_or_default();
            panic!("the server did not come up: {log}");
        };
        Self { child, address, data_dir: data_dir.to_owned() }
    }

    /// Where it listens, as `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The token of its REST interface.
    pub fn token(&self) -> String {
        std::fs::read_to_string(self.data_dir.join("api-token")).expect("the token's file").trim().to_owned()
    }

    /// Ends it as a power cut would: SIGKILL.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop: SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status();
        assert!(sent.expect("`kill` runs").success(), "the signal is sent");
    }

    /// Its exit code, once it has ended by itself; none where a signal has ended it.
    pub fn exited(&mut self) -> Option<Option<i32>> {
        self.child.try_wait().expect("its own process").map(|status| status.code())
    }

    fn end(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn address_in(line: &str) -> Option<String> {
    let Ok(line) = serde_json::from_str::<Value>(line) else {
        // As text: `… INFO listening address=127.0.0.1:8080 public_url=…`.
        let after = line.split(" listening address=").nth(1)?;
        return after.split(' ').next().map(str::to_owned);
    };
    (line["message"] == "listening").then(|| line["address"].as_str().map(str::to_owned)).flatten()
}
