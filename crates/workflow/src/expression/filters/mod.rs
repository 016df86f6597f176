//! What may follow `|`: MiniJinja's filters, each with its price, and those that webhooks need.
//!
//! # Adding a filter
//! 1. A function in a file of its own kind here, registered below. What it makes is paid for before it is made:
//!    by its [`Price`] where that follows from what it is given, else by itself with [`Meter::of`].
//! 2. Its name in [`FILTERS`](super::FILTERS), or the check refuses it.
//! 3. A line in the table of `tests/it/filters.rs`, one in `tests/memory/random.rs`, and a row in
//!    `docs/expressions.md`; a test holds that list and page are the same.

mod date;
mod digest;
mod encoding;
mod json;
mod lists;
mod price;
mod regex;
mod slug;
mod text;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Value, filters};

use self::price::{Price, add};
use super::machine::Meter;

pub(super) fn register(engine: &mut Environment<'static>) {
    register_ours(engine);
    add(engine, &["abs"], Price::Look, filters::abs);
    add(engine, &["attr"], Price::Look, filters::attr);
    add(engine, &["batch"], Price::Own, lists::batch);
    add(engine, &["bool"], Price::Look, filters::bool);
    add(engine, &["capitalize"], Price::Text(4), filters::capitalize);
    add(engine, &["chain"], Price::Own, lists::chain);
    add(engine, &["count", "length"], Price::Look, filters::length);
    add(engine, &["d", "default"], Price::Look, filters::default);
    add(engine, &["dictsort"], Price::Sorting, filters::dictsort);
    add(engine, &["e", "escape"], Price::Text(8), filters::escape);
    add(engine, &["first"], Price::Look, filters::first);
    add(engine, &["float"], Price::Look, filters::float);
    add(engine, &["format"], Price::Own, text::format);
    add(engine, &["groupby"], Price::Sorting, filters::groupby);
    add(engine, &["indent"], Price::Own, text::indent);
    add(engine, &["int"], Price::Look, filters::int);
    add(engine, &["items"], Price::Items(160), filters::items);
    add(engine, &["join"], Price::Own, text::join);
    add(engine, &["last"], Price::Items(24), filters::last);
    add(engine, &["lines"], Price::Own, text::lines);
    add(engine, &["list"], Price::Items(48), filters::list);
    add(engine, &["lower"], Price::Text(4), filters::lower);
    add(engine, &["map"], Price::Each, filters::map);
    add(engine, &["max"], Price::Sorting, filters::max);
    add(engine, &["min"], Price::Sorting, filters::min);
    add(engine, &["reject"], Price::Each, filters::reject);
    add(engine, &["rejectattr"], Price::Each, filters::rejectattr);
    add(engine, &["replace"], Price::Own, text::replace);
    add(engine, &["reverse"], Price::Items(24), filters::reverse);
    add(engine, &["round"], Price::Look, filters::round);
    add(engine, &["safe"], Price::Text(2), filters::safe);
    add(engine, &["select"], Price::Each, filters::select);
    add(engine, &["selectattr"], Price::Each, filters::selectattr);
    add(engine, &["slice"], Price::Own, lists::slice);
    add(engine, &["sort"], Price::Sorting, filters::sort);
    add(engine, &["split"], Price::Own, text::split);
    add(engine, &["string"], Price::Text(2), filters::string);
    add(engine, &["sum"], Price::Own, lists::sum);
    add(engine, &["title"], Price::Text(4), filters::title);
    add(engine, &["trim"], Price::Own, text::trim);
    add(engine, &["unique"], Price::Sorting, filters::unique);
    add(engine, &["upper"], Price::Text(4), filters::upper);
    add(engine, &["zip"], Price::Own, lists::zip);
}

fn register_ours(engine: &mut Environment<'static>) {
    add(engine, &["b64decode"], Price::Text(3), encoding::b64decode);
    add(engine, &["b64encode"], Price::Text(3), encoding::b64encode);
    add(engine, &["date"], Price::Text(2), date::date);
    add(engine, &["fromjson"], Price::Own, json::fromjson);
    add(engine, &["hmac_sha256"], Price::Digest, digest::hmac_sha256);
    add(engine, &["parse_date"], Price::Text(2), date::parse_date);
    add(engine, &["regex_match"], Price::Own, regex::regex_match);
    add(engine, &["regex_replace"], Price::Own, regex::regex_replace);
    add(engine, &["sha256"], Price::Digest, digest::sha256);
    add(engine, &["slugify"], Price::Text(24), slug::slugify);
    add(engine, &["tojson"], Price::Own, json::tojson);
    add(engine, &["urlencode"], Price::Text(8), encoding::urlencode);
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Fails where a value or anything in it is undefined. Pays for looking.
fn require(value: &Value, meter: &mut Meter) -> Result<(), Error> {
    meter.work(24)?;
    let is_map = match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Map => true,
        ValueKind::Seq => false,
        _ => return Ok(()),
    };
    meter.work(64)?;
    for item in value.try_iter()? {
        let item = if is_map { value.get_item(&item)? } else { item };
        require(&item, meter)?;
    }
    Ok(())
}
