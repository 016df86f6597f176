//! Where a page's commands are run.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Stdio;

use bellhop_testkit::server::{CLOSE_API_KEY, PATIENCE};
use close_simulator::{DeliveryOptions, EventDraft, Simulator, SimulatorConfig};
use serde_json::{Map, Value};
use tokio::process::Command;

use super::super::{Document, root};
use super::directions::Happening;
use super::transcript::Names;

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

/// Stands in for the program: a server stays in the background, and takes the place of the one before. All else is the
/// program's own.
const PROGRAM: &str = r#"#!/usr/bin/env bash
stop() {
  [ -f "$STAGE/pid" ] || return 0
  kill "$(cat "$STAGE/pid")" 2>/dev/null
  while kill -0 "$(cat "$STAGE/pid")" 2>/dev/null; do read -rt 0.05 <> <(:) || :; done
  rm -f "$STAGE/pid"
}
case "$1" in
serve)
  stop
  "$REAL_BELLHOP" "$@" >>"$STAGE/serve.log" 2>&1 </dev/null &
  echo $! >"$STAGE/pid"
  until "$REAL_BELLHOP" health >/dev/null 2>&1; do
    kill -0 "$(cat "$STAGE/pid")" 2>/dev/null || { cat "$STAGE/serve.log"; rm -f "$STAGE/pid"; exit 1; }
    read -rt 0.05 <> <(:) || :
  done ;;
stop) stop ;;
*) exec "$REAL_BELLHOP" "$@" ;;
esac
"#;

/// Stands in for `make`: what it would build is there.
const MAKE: &str = r#"#!/usr/bin/env bash
for word; do case "$word" in ARGS=*) ARGS=${word#ARGS=} ;; *) goal=$word ;; esac; done
case "$goal" in build) ;; demo) exec "$REAL_BELLHOP" demo $ARGS ;; *) exit 2 ;; esac
"#;

/// A directory, a simulated Close, and a server where one was started.
pub(super) struct Stage {
    close: Simulator,
    port: u16,
    clone: PathBuf,
    /// Names of the page, and what they are here.
    pub(super) names: Names,
    dir: tempfile::TempDir,
}

impl Stage {
    pub(super) async fn new(document: &Document) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let close = Simulator::start(SimulatorConfig::for_tests(CLOSE_API_KEY)).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in ["bin", "bellhop/target/release", "bellhop/workflows", "backups"] {
            std::fs::create_dir_all(path(name)).unwrap();
        }
        for (name, text) in [("bin/bellhop", PROGRAM), ("bin/make", MAKE)] {
            std::fs::write(path(name), text).unwrap();
            std::fs::set_permissions(path(name), Permissions::from_mode(0o755)).unwrap();
        }
        symlink(path("bin/bellhop"), path("bellhop/target/release/bellhop")).unwrap();
        // Where the page is the quick start, everything is there that a clone has; elsewhere a directory of workflows.
        let examples = root().join("workflows");
        for file in std::fs::read_dir(examples).unwrap().map(|file| file.unwrap().path()) {
            std::fs::copy(&file, path("bellhop/workflows").join(file.file_name().unwrap())).unwrap();
        }
        std::fs::write(path("key"), CLOSE_API_KEY).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let names = Names::new(document.stem());
        Self { close, port, clone: path("bellhop"), names, dir }
    }

    /// Runs commands as they stand, one after another, and gives what they print. The last one has to end with `exit`, all
    /// others with 0.
    pub(super) async fn script(&self, commands: &str, exit: i32) -> Result<String, String> {
        let (env, address) = (self.dir.path().join("env"), format!("127.0.0.1:{}", self.port));
        let commands = self.here(commands)?;
        let script = format!(
            "exec 2>&1\nsource {env} 2>/dev/null || :\ntrap 'code=$?; export -p > {env}; exit $code' EXIT\nset -e\n{commands}\n",
            env = env.display(),
        );
        let bin = self.dir.path().join("bin");
        let mut command = Command::new("bash");
        command
            .args(["-c", &script])
            .current_dir(&self.clone)
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", self.dir.path())
            .env("STAGE", self.dir.path())
            .env("REAL_BELLHOP", BINARY)
            .env("BELLHOP_LISTEN", &address)
            .env("BELLHOP_SERVER", format!("http://{address}"))
            .env("BELLHOP_CLOSE_API_BASE", self.close.base_url())
            // Nothing that a page runs leaves this machine.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .stdin(std::fs::File::open(self.dir.path().join("key")).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let ran = tokio::time::timeout(2 * PATIENCE, command.output()).await;
        let output =
            ran.map_err(|_| format!("it does not end: {commands}"))?.map_err(|error| error.to_string())?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.code() {
            Some(code) if code == exit => Ok(printed),
            code => Err(format!("{commands}\n--- ended with {code:?}, and printed\n{printed}")),
        }
    }

    /// The commands with the addresses, keys and ids that they have here.
    fn here(&self, commands: &str) -> Result<String, String> {
        let backups = format!("{}/backups/", self.dir.path().display());
        let commands = self.with_addresses(commands).replace("/backups/", &backups);
        self.names.in_command(&commands.replace("api_…", CLOSE_API_KEY))
    }

    /// The same text with the addresses that there are here.
    pub(super) fn with_addresses(&self, text: &str) -> String {
        let here = format!("127.0.0.1:{}", self.port);
        text.replace("127.0.0.1:8080", &here)
            .replace("https://bellhop.example.com", &format!("http://{here}"))
    }

    /// Saves a file beside the workflows.
    pub(super) fn save(&self, file: &str, text: &str) -> Result<(), String> {
        std::fs::write(self.clone.join(file), text).map_err(|error| format!("{file}: {error}"))
    }

    /// Sends a request, as `METHOD PATH` and a JSON body below it.
    pub(super) async fn request(&self, text: &str) -> Result<(), String> {
        let (line, body) = text.split_once('\n').unwrap_or((text, ""));
        let (method, path) = line.trim().split_once(' ').ok_or("no request line")?;
        let token = std::fs::read_to_string(self.clone.join("bellhop-data/api-token"));
        let token = token.map_err(|_| "no server was started")?;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let method = method.parse::<reqwest::Method>().map_err(|error| error.to_string())?;
        let mut request =
            http.request(method, format!("http://127.0.0.1:{}{path}", self.port)).bearer_auth(token.trim());
        if !body.trim().is_empty() {
            let body: Value = serde_json::from_str(body).map_err(|error| format!("its body: {error}"))?;
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        if status.is_success() { Ok(()) } else { Err(format!("`{line}` is answered {status}: {text}")) }
    }

    /// Lets something happen at Close, and waits until it is delivered and what it started has ended.
    pub(super) async fn happen(&self, happening: &Happening) -> Result<(), String> {
        let data: Map<String, Value> = happening
            .fields
            .iter()
            .map(|(field, text)| (field.clone(), Value::from(text.as_str())))
            .collect();
        let delivery = DeliveryOptions {
            forged: happening.forged,
            copies: happening.copies,
            timestamp_offset_seconds: -happening.late_by,
            ..DeliveryOptions::default()
        };
        let draft = EventDraft::new(&happening.object_type, &happening.action)
            .data(Value::Object(data))
            .delivery(delivery);
        let event = self.close.emit(&draft).map_err(|error| error.to_string())?;
        let copies = usize::try_from(happening.copies).unwrap();
        let delivered = self
            .close
            .deliveries_when(|all| all.iter().filter(|one| one.event_id == event.id).count() >= copies);
        tokio::time::timeout(PATIENCE, delivered)
            .await
            .map_err(|_| "Close delivers it to nobody".to_owned())?;
        let settled = "while bellhop executions list --output json | grep -qE '\"status\": \"(queued|running)\"'; do :; done";
        self.script(settled, 0).await.map(drop)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let pid = std::fs::read_to_string(self.dir.path().join("pid")).unwrap_or_default();
        if !pid.trim().is_empty() {
            let _ = std::process::Command::new("kill").arg("-KILL").arg(pid.trim()).status();
        }
    }
}
