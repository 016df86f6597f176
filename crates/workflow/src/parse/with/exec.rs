//! `uses: exec`: a program with its arguments, without a shell. Which program is written out, its arguments may be
//! computed: none of them is ever taken apart or read as code.

use super::{Given, Key, Rules, Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::yaml::{Data, Node};

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("command", Shape::Any),
        Key::optional("args", Shape::List),
        Key::optional("env", Shape::Scalars),
        Key::optional("cwd", Shape::Text),
        Key::optional("stdin", Shape::Scalar),
        Key::optional("expect_exit", Shape::Any),
    ],
    one_of: &[],
    check,
};

/// Programs that read code after such an option, where an expression would become a part of that code.
const INTERPRETERS: [&str; 15] = [
    "sh", "bash", "dash", "ash", "ksh", "zsh", "fish", "python", "python3", "node", "perl", "ruby", "php",
    "pwsh", "cmd",
];

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    if let Some(at) = given.get("expect_exit") {
        expect_exit(context, at);
    }
    let Some(at) = given.get("command") else { return };
    let args = given.get("args").and_then(|at| items(at)).unwrap_or_default();
    match &at.node.data {
        Data::Text(text) => {
            program(context, at, text);
            if !is_template(at.node)
                && text.contains(|letter: char| letter.is_whitespace() || "|&;<>".contains(letter))
            {
                no_shell(context, at, text);
            }
            no_code(context, text, &args);
        }
        Data::List(_) => command(context, at, given),
        _ => at.wrong_type(context, "a program, or a list of a program and its arguments"),
    }
    for at in &args {
        argument(context, at);
    }
}

fn items<'a>(at: &At<'a>) -> Option<Vec<At<'a>>> {
    let Data::List(items) = &at.node.data else { return None };
    Some(items.iter().enumerate().map(|(index, item)| at.item(index, item)).collect())
}

fn command(context: &mut Context<'_>, at: &At<'_>, given: &Given<'_>) {
    if let Some(args) = given.get("args") {
        context
            .error(Code::ConflictingKeys, args.span(), &args.path, "`command` lists the arguments already")
            .help("put all of them into one of the two");
    }
    let items = items(at).unwrap_or_default();
    let Some((first, args)) = items.split_first() else {
        context
            .error(Code::MissingKey, at.span(), &at.path, "`command` needs a program")
            .help("for instance `command: [ls, -l]`");
        return;
    };
    match &first.node.data {
        Data::Text(text) => {
            program(context, first, text);
            no_code(context, text, args);
        }
        _ => first.wrong_type(context, "the name of a program"),
    }
    for at in args {
        argument(context, at);
    }
}

fn program(context: &mut Context<'_>, at: &At<'_>, text: &str) {
    if text.contains("${{") {
        context.error(Code::InvalidValue, at.span(), &at.path, "which program runs is not computed").help(
            "write the program out; its arguments may hold expressions: `command: [program, \"${{ … }}\"]`",
        );
    } else if text.trim().is_empty() {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "this is not the name of a program")
            .help("for instance `command: [ls, -l]`");
    }
}

fn argument(context: &mut Context<'_>, at: &At<'_>) {
    if !matches!(at.node.data, Data::Text(_) | Data::Number(_) | Data::Bool(_)) {
        at.wrong_type(context, "text, a number, or true or false");
    }
}

/// A command as one would type it.
fn no_shell(context: &mut Context<'_>, at: &At<'_>, text: &str) {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    let help = if line.contains(['|', '&', ';', '<', '>']) {
        format!("write a list that names the shell: `command: [sh, -c, {line:?}]`")
    } else {
        format!("write a list: `command: [{}]`", line.split(' ').collect::<Vec<_>>().join(", "))
    };
    context
        .error(
            Code::InvalidValue,
            at.span(),
            &at.path,
            "there is no shell that would take this command apart",
        )
        .help(help);
}

/// Notes an expression within the code that an interpreter is given: what it gives would be run.
fn no_code(context: &mut Context<'_>, program: &str, args: &[At<'_>]) {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program).trim_end_matches(".exe");
    if !INTERPRETERS.contains(&name) {
        return;
    }
    let is_option = |node: &Node| {
        matches!(&node.data, Data::Text(text)
            if text.eq_ignore_ascii_case("/c") || (text.starts_with('-') && text.ends_with(['c', 'e', 'r'])))
    };
    for pair in args.windows(2) {
        let [option, code] = pair else { continue };
        if is_option(option.node) && is_template(code.node) {
            let message = format!("what this expression gives would be run as code by `{name}`");
            context
                .error(Code::ExpressionInCode, code.span(), &code.path, message)
                .help("put it into `env:` and read it from there, or give it as an argument of its own: `[sh, -c, 'echo \"$1\"', sh, \"${{ … }}\"]`");
        }
    }
}

fn expect_exit(context: &mut Context<'_>, at: &At<'_>) {
    let codes = items(at).unwrap_or_else(|| vec![at.clone()]);
    for code in codes.iter().filter(|code| !is_template(code.node)) {
        let Data::Number(number) = &code.node.data else {
            code.wrong_type(context, "an exit code, or a list of them");
            continue;
        };
        if !number.as_u64().is_some_and(|number| number <= 255) {
            context
                .error(Code::InvalidValue, code.span(), &code.path, format!("`{number}` is not an exit code"))
                .help("an exit code is a number from 0 to 255");
        }
    }
}
