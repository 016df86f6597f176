//! Questions on a terminal, a line each. A wrong answer is told what is wrong with it, and the question is asked again.

use std::io::{BufRead, Write};

use crate::cli::CliError;
use crate::cli::output::Paint;
use crate::cli::output::text;

/// Whoever is asked.
pub(super) struct Asker<'a> {
    input: &'a mut (dyn BufRead + 'a),
    out: &'a mut (dyn Write + 'a),
    paint: Paint,
}

impl<'a> Asker<'a> {
    /// Asks on `out`, and reads the answers from `input`.
    pub(super) fn new(
        input: &'a mut (dyn BufRead + 'a),
        out: &'a mut (dyn Write + 'a),
        paint: Paint,
    ) -> Self {
        Self { input, out, paint }
    }

    /// Says something.
    pub(super) fn say(&mut self, line: &str) -> Result<(), CliError> {
        Ok(writeln!(self.out, "{line}")?)
    }

    /// Asks until `read` takes the answer. An empty answer is `usual`, where there is one.
    pub(super) fn ask<T>(
        &mut self,
        what: &str,
        usual: Option<&str>,
        mut read: impl FnMut(&mut Self, &str) -> Result<Result<T, String>, CliError>,
    ) -> Result<T, CliError> {
        loop {
            let prompt = match usual {
                Some(usual) => format!("{} [{usual}]: ", self.paint.strong(what)),
                None => format!("{}: ", self.paint.strong(what)),
            };
            write!(self.out, "{prompt}")?;
            self.out.flush()?;
            let mut answer = String::new();
            let came = self.input.read_line(&mut answer)?;
            if came == 0 {
                self.say("")?;
                return Err(CliError::failed("the answers ended before the questions; nothing was written"));
            }
            let answer = match answer.trim() {
                "" => usual.unwrap_or_default(),
                answer => answer,
            };
            match read(self, answer)? {
                Ok(value) => return Ok(value),
                Err(why) => self.say(&format!("  {}", text::harmless(&why)))?,
            }
        }
    }

    /// Has one of some things chosen, by its number or by its word. The first is usual.
    pub(super) fn choose<T: Copy>(
        &mut self,
        what: &str,
        among: &[(T, String, String)],
    ) -> Result<T, CliError> {
        self.say(&format!("\n{}", self.paint.strong(what)))?;
        let width = among.iter().map(|(_, word, _)| word.len()).max().unwrap_or(0);
        for (number, (_, word, meaning)) in among.iter().enumerate() {
            self.say(&format!("  {}  {word:<width$}  {meaning}", number + 1))?;
        }
        self.ask("Number", Some("1"), |_, answer| {
            let by_number = || among.get(answer.parse::<usize>().ok()?.checked_sub(1)?);
            let by_word = || among.iter().find(|(_, word, _)| *word == answer);
            Ok(by_number()
                .or_else(by_word)
                .map(|(value, ..)| *value)
                .ok_or_else(|| format!("a number from 1 to {}", among.len())))
        })
    }
}
