//! The form of the embedded `close-fields.json`.

use bellhop_workflow::PayloadFields;
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldsFile {
    /// Fields that several types have in common, by a name of this file's own.
    groups: IndexMap<String, Vec<String>>,
    /// The types of objects, as Close names them.
    types: IndexMap<String, ObjectType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectType {
    groups: Vec<String>,
    /// Whether it has custom fields.
    #[serde(default)]
    open: bool,
    /// Its own fields.
    fields: Vec<String>,
    /// What the objects in some of them have.
    #[serde(default)]
    within: IndexMap<String, Vec<String>>,
}

#[expect(clippy::expect_used, reason = "the file is part of the build, and a test reads all of it")]
pub(super) fn embedded() -> IndexMap<String, PayloadFields> {
    let file: FieldsFile = serde_json::from_str(include_str!("../../catalogue/close-fields.json"))
        .expect("the embedded fields are in the form of FieldsFile");
    let FieldsFile { groups, types } = file;
    types.into_iter().map(|(name, object)| (name, payload(&groups, object))).collect()
}

fn payload(groups: &IndexMap<String, Vec<String>>, mut object: ObjectType) -> PayloadFields {
    let shared = object.groups.iter().filter_map(|group| groups.get(group)).flatten().cloned();
    let all: Vec<String> = shared.chain(object.fields).collect();
    let fields = all.into_iter().map(|name| {
        let inner = object.within.shift_remove(&name).map(flat);
        (name, inner)
    });
    PayloadFields { fields: fields.collect(), open: object.open }
}

fn flat(names: Vec<String>) -> PayloadFields {
    PayloadFields { fields: names.into_iter().map(|name| (name, None)).collect(), open: false }
}
