//! The data directory, and who may read what is in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::Finding;
use crate::config::Settings;
use crate::files::beside;
use crate::server::cut_short::{copy_for, log_aside};
use crate::server::database;
use crate::server::files::{KEY_FILE, PREVIOUS_KEY_FILE, TOKEN_FILE};

const CHECK: &str = "data directory";

pub(super) fn examine(settings: &Settings) -> Vec<Finding> {
    let dir = &settings.data_dir;
    let place = dir.display();
    let Some(mode) = mode_of(dir) else {
        let mend = "the first start makes it; else name the right one with `--data-dir` or BELLHOP_DATA_DIR";
        return vec![Finding::remark(CHECK, format!("{place} is not there"), mend)];
    };
    if !dir.is_dir() {
        let mend = "name a directory with `--data-dir` or BELLHOP_DATA_DIR";
        return vec![Finding::wrong(CHECK, format!("{place} is no directory"), mend)];
    }
    let mut findings = Vec::new();
    if mode & 0o022 != 0 {
        let detail = format!("other users of this machine may put files into {place} (mode {mode:03o})");
        findings.push(Finding::wrong(CHECK, detail, format!("chmod 700 '{place}'")));
    } else if mode & 0o055 != 0 {
        // A volume of a container is like that, and the files in it are closed all the same.
        let detail = format!("other users of this machine may see what is in {place} (mode {mode:03o})");
        findings.push(Finding::remark(CHECK, detail, format!("chmod 700 '{place}'")));
    }
    let mut files: Vec<_> = [KEY_FILE, PREVIOUS_KEY_FILE, TOKEN_FILE].map(|name| dir.join(name)).into();
    files.extend(
        [&settings.master_key_file, &settings.master_key_previous_file].into_iter().flatten().cloned(),
    );
    if let Some(database) = database::file(settings) {
        files.extend(["", "-wal", "-shm"].map(|suffix| beside(&database, suffix)));
        if [copy_for(&database), log_aside(&database)].iter().any(|rest| rest.symlink_metadata().is_ok()) {
            let detail = format!("a restore of {} is under way, or was cut short", database.display());
            let mend =
                "where none is under way, start the server: it puts that right, and its log says what stands";
            findings.push(Finding::remark(CHECK, detail, mend));
        }
    }
    let open =
        files.iter().filter_map(|file| Some((file, mode_of(file)?))).filter(|(_, mode)| mode & 0o077 != 0);
    for (file, mode) in open {
        let file = file.display();
        let detail = format!("{file} can be read by other users of this machine (mode {mode:03o})");
        findings.push(Finding::wrong(CHECK, detail, format!("chmod 600 '{file}'")));
    }
    if findings.is_empty() {
        findings.push(Finding::well(CHECK, format!("{place} and what is in it are its owner's alone")));
    }
    findings
}

/// The permissions, where there is such a file.
fn mode_of(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|file| file.permissions().mode() & 0o777)
}
