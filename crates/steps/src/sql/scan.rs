//! Reads SQL just closely enough to know what is code, what is quoted and what is a comment: that is what it takes to
//! hold a step to one statement, and to refuse an expression where no value can be.
//!
//! This is for the author's sake. What comes from outside is bound, and never a part of the text that is read here.

use super::dialect::Dialect;

/// What the scanner is in the middle of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Within {
    Code,
    /// Until this character; the flag says whether a backslash takes the next one along.
    Quotes(char, bool),
    LineComment,
    /// So many of them around one another.
    BlockComment(u32),
    /// PostgreSQL's `$tag$ … $tag$`, with the dollars.
    Dollars(String),
}

/// A scanner, between two pieces of a query.
#[derive(Debug)]
pub(super) struct Scanner {
    dialect: Dialect,
    within: Within,
    ended: bool,
    words: Vec<String>,
    /// What stood before the present place in the code.
    before: char,
    /// A placeholder that the author wrote.
    placeholder: Option<String>,
    second: bool,
}

impl Scanner {
    pub(super) const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            within: Within::Code,
            ended: false,
            words: Vec::new(),
            before: ' ',
            placeholder: None,
            second: false,
        }
    }

    /// Reads on.
    pub(super) fn read(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = self.step(first, rest).max(first.len_utf8());
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    /// A value stands here. `Err` says what it stands in, where that is no place for one.
    pub(super) fn value(&mut self) -> Result<(), &'static str> {
        match self.within {
            Within::Code => {
                self.second |= self.ended;
                self.before = '?';
                Ok(())
            }
            Within::Quotes(..) | Within::Dollars(_) => Err("quotes"),
            Within::LineComment | Within::BlockComment(_) => Err("a comment"),
        }
    }

    /// The first word of the statement in capitals, empty where there is none.
    pub(super) fn first_word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether that word follows somewhere in the code.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.words.iter().any(|one| one == word)
    }

    /// Whether there is more than one statement.
    pub(super) const fn has_second(&self) -> bool {
        self.second
    }

    /// A placeholder of the author's own.
    pub(super) fn placeholder(&self) -> Option<&str> {
        self.placeholder.as_deref()
    }

    /// Reads what begins with `first`, and gives how many bytes that is.
    fn step(&mut self, first: char, rest: &str) -> usize {
        match self.within.clone() {
            Within::Code => self.code(first, rest),
            Within::Quotes(end, escapes) => {
                if escapes && first == '\\' {
                    return 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                }
                // A doubled quote ends and begins the quotes again, which comes to the same.
                if first == end {
                    self.within = Within::Code;
                }
                first.len_utf8()
            }
            Within::LineComment => {
                if first == '\n' {
                    self.within = Within::Code;
                }
                first.len_utf8()
            }
            Within::BlockComment(depth) => self.block_comment(depth, first, rest),
            Within::Dollars(tag) => {
                if rest.starts_with(&tag) {
                    self.within = Within::Code;
                    return tag.len();
                }
                first.len_utf8()
            }
        }
    }

    fn block_comment(&mut self, depth: u32, first: char, rest: &str) -> usize {
        if rest.starts_with("*/") {
            self.within = if depth > 1 { Within::BlockComment(depth - 1) } else { Within::Code };
            return 2;
        }
        if rest.starts_with("/*") && self.dialect == Dialect::Postgres {
            self.within = Within::BlockComment(depth + 1);
            return 2;
        }
        first.len_utf8()
    }

    fn code(&mut self, first: char, rest: &str) -> usize {
        if let Some(length) = self.comment(rest) {
            return length;
        }
        if first.is_whitespace() {
            self.before = ' ';
            return first.len_utf8();
        }
        if first == ';' {
            self.ended = true;
            return 1;
        }
        self.second |= self.ended;
        let before = std::mem::replace(&mut self.before, first);
        match first {
            '\'' | '"' | '`' => {
                self.within = Within::Quotes(first, self.has_escapes(first, before));
                1
            }
            '[' if self.dialect == Dialect::Sqlite => {
                self.within = Within::Quotes(']', false);
                1
            }
            '$' if self.dialect == Dialect::Postgres && !is_word(before) => self.dollar(rest),
            '?' if self.dialect != Dialect::Postgres => {
                self.placeholder.get_or_insert_with(|| "?".to_owned());
                1
            }
            _ if is_word(first) => self.word(rest),
            _ => first.len_utf8(),
        }
    }

    fn comment(&mut self, rest: &str) -> Option<usize> {
        let mysql = self.dialect == Dialect::MySql;
        let dashes = rest.strip_prefix("--").is_some_and(|after| {
            // MySQL takes two minus signs for arithmetic where nothing parts them from what follows.
            !mysql || after.chars().next().is_none_or(|next| next.is_whitespace() || next.is_control())
        });
        if dashes || (mysql && rest.starts_with('#')) {
            self.within = Within::LineComment;
            return Some(if dashes { 2 } else { 1 });
        }
        if rest.starts_with("/*") {
            self.within = Within::BlockComment(1);
            return Some(2);
        }
        None
    }

    fn has_escapes(&self, quote: char, before: char) -> bool {
        match self.dialect {
            Dialect::MySql => quote != '`',
            Dialect::Postgres => quote == '\'' && matches!(before, 'e' | 'E'),
            Dialect::Sqlite => false,
        }
    }

    /// `$1` is a placeholder, `$$` and `$tag$` are quotes.
    fn dollar(&mut self, rest: &str) -> usize {
        let word = &rest[1..];
        let word = &word[..word.find(|c| !is_word(c)).unwrap_or(word.len())];
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            self.placeholder.get_or_insert_with(|| format!("${word}"));
        } else if rest[1 + word.len()..].starts_with('$') {
            let tag = format!("${word}$");
            let length = tag.len();
            self.within = Within::Dollars(tag);
            return length;
        }
        1 + word.len()
    }

    fn word(&mut self, rest: &str) -> usize {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        self.before = word.chars().next_back().unwrap_or(' ');
        // `E'…'` is a word of its own only where nothing stands before it.
        if word.len() > 1 && matches!(self.before, 'e' | 'E') {
            self.before = '_';
        }
        self.words.push(word.to_ascii_uppercase());
        length
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
