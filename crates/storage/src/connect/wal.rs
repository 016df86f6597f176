//! What SQLite leaves out of a write-ahead log that is not whole.
//!
//! As it opens a log that a crash has left behind, SQLite takes the commits that are whole and says nothing of the rest.
//! Mostly that rest is what was being written as the process ended, and nobody was told that it was done. The operator is
//! told of it all the same: where a disk has lost what it had confirmed, it looks the same.
//!
//! The format of both files: <https://www.sqlite.org/fileformat2.html#walformat>, <https://www.sqlite.org/walformat.html>

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME_HEADER: u64 = 24;
/// Where the number of frames that count is, in the index beside the log.
const FRAMES_IN_INDEX: u64 = 16;
/// Where the two numbers are that mark the frames of one run through the log, in its header and in a frame's.
const SALTS_IN_HEADER: usize = 16;
const SALTS_IN_FRAME: u64 = 8;

/// What of a log does not count.
#[derive(Debug, PartialEq, Eq)]
enum LeftOut {
    Nothing,
    /// What comes after the last commit that is whole.
    Tail,
    /// All of it: its header cannot be read.
    Everything,
}

/// Tells in the log what was left out, once the database is open.
pub(super) fn tell_of_what_is_left_out(database: &Path) {
    let log = beside(database, "-wal");
    match left_out(&log, &beside(database, "-shm")) {
        Ok(LeftOut::Nothing) => {}
        Ok(LeftOut::Tail) => tracing::warn!(
            file = %log.display(),
            "the end of the write-ahead log is not whole and was left out: what was being written as the server last \
             ended, which nobody was told was done"
        ),
        Ok(LeftOut::Everything) => tracing::error!(
            file = %log.display(),
            "the write-ahead log cannot be read and was left out: what was written last may be lost; see whether the \
             disk is sound"
        ),
        Err(error) => {
            tracing::warn!(file = %log.display(), %error, "the write-ahead log cannot be looked at");
        }
    }
}

fn left_out(log: &Path, index: &Path) -> io::Result<LeftOut> {
    let Some(log) = open(log)? else { return Ok(LeftOut::Nothing) };
    let length = log.metadata()?.len();
    if length <= HEADER as u64 {
        return Ok(LeftOut::Nothing);
    }
    let mut header = [0; HEADER];
    log.read_exact_at(&mut header, 0)?;
    if !is_whole(&header) {
        return Ok(LeftOut::Everything);
    }
    let Some(index) = open(index)? else { return Ok(LeftOut::Nothing) };
    let mut frames = [0; 4];
    index.read_exact_at(&mut frames, FRAMES_IN_INDEX)?;
    let frame = FRAME_HEADER + u64::from(big_endian(&header, 8));
    let end = HEADER as u64 + u64::from(u32::from_ne_bytes(frames)) * frame;
    if !(length - HEADER as u64).is_multiple_of(frame) {
        return Ok(LeftOut::Tail);
    }
    if length < end + frame {
        return Ok(LeftOut::Nothing);
    }
    // Frames of an earlier run may follow, which are to be written over: they bear other numbers.
    let mut salts = [0; 8];
    log.read_exact_at(&mut salts, end + SALTS_IN_FRAME)?;
    let is_of_this_run = salts == header[SALTS_IN_HEADER..SALTS_IN_HEADER + 8];
    Ok(if is_of_this_run { LeftOut::Tail } else { LeftOut::Nothing })
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the header is as it was written. The last bit of its first number says in which order the bytes of each number
/// are added up.
fn is_whole(header: &[u8; HEADER]) -> bool {
    let magic = big_endian(header, 0);
    let number = |at: usize| {
        let big = big_endian(header, at);
        if magic & 1 == 1 { big } else { big.swap_bytes() }
    };
    let (mut first, mut second) = (0_u32, 0_u32);
    for at in (0..24).step_by(8) {
        first = first.wrapping_add(number(at)).wrapping_add(second);
        second = second.wrapping_add(number(at + 4)).wrapping_add(first);
    }
    magic & !1 == 0x377f_0682 && (first, second) == (big_endian(header, 24), big_endian(header, 28))
}

fn big_endian(bytes: &[u8; HEADER], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(number)
}
