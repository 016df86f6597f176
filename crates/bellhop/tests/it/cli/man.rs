//! `bellhop man`: a page for each command, that programs for manual pages read without a complaint.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use bellhop::cli::Cli;
use clap::CommandFactory as _;

use super::Desk;

/// `bellhop`, `bellhop-workflows`, `bellhop-workflows-list` …
fn commands(command: &clap::Command, before: &str, into: &mut BTreeSet<String>) {
    let name = if before.is_empty() {
        command.get_name().to_owned()
    } else {
        format!("{before}-{}", command.get_name())
    };
    for one in command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help") {
        commands(one, &name, into);
    }
    into.insert(format!("{name}.1"));
}

#[tokio::test]
async fn every_command_has_a_page_and_each_is_read_without_a_warning() {
    let desk = Desk::new().await;
    let written = desk.run(&["man", "share/man1", "--output", "json"]).await;
    assert_eq!(written.code, 0, "{}", written.stderr);
    let dir = desk.dir.path().join("share/man1");
    let names = fs::read_dir(&dir).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut expected = BTreeSet::new();
    commands(&Cli::command(), "", &mut expected);
    assert!(expected.contains("bellhop-workflows-list.1"), "{expected:?}");
    assert_eq!(names.collect::<BTreeSet<_>>(), expected);

    for name in &expected {
        let page = fs::read_to_string(dir.join(name)).unwrap();
        let title = name.strip_suffix(".1").unwrap();
        let [first, second] = [".SH NAME", ".SH SYNOPSIS"].map(|section| page.find(section).unwrap());
        assert!(first < second, "{name}");
        assert!(page.contains(&format!(".TH {title} 1 \" \" ")), "{name}: {}", &page[..200]);
        for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
            let request = line.split(' ').next().unwrap();
            let known = [".TH", ".SH", ".TP", ".RS", ".RE", ".br", ".ie", ".el", ".IP", ".PP"];
            assert!(known.contains(&request), "{name}: `{line}` is taken for a request");
        }
        // Where there is the program, it is asked as well.
        let groff = Command::new("groff").args(["-man", "-ww", "-z", "-Tutf8"]).arg(dir.join(name)).output();
        if let Ok(read) = groff {
            assert_eq!(String::from_utf8_lossy(&read.stderr), "", "{name}");
        }
    }
}

#[tokio::test]
async fn the_first_page_goes_to_standard_output() {
    let desk = Desk::new().await;
    let shown = desk.run(&["man"]).await;
    assert!(shown.code == 0 && shown.stdout.contains(".SH SUBCOMMANDS"), "{}", shown.stdout);
    desk.write("file", "");
    let refused = desk.run(&["man", "file"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("cannot write file"), "{}", refused.stderr);
}
