//! Mistakes by the part of the language that they are made in; `diagnostics.rs` shows what a person sees for each.

/// Under `with`; the fields are indented as a step's.
pub(crate) const WITH: &[(&str, &str)] = &[
    ("unknown_key", "uses: wait_for\nwith: { timeout: 1h, message: ok? }"),
    ("unknown_key", "uses: script\nwith:\n  codee: return 1\n  code: return 1\n  retry: { max_attempts: 2 }"),
    ("missing_key", "uses: script"),
    (
        "expression_in_code",
        "uses: script\nwith:\n  code: |\n    const lead = 1;\n    return '${{ event.data.name }}';",
    ),
    ("invalid_value", "uses: script\nwith: { code: ' ', args: { a: 1 } }"),
    ("wrong_type", "uses: script\nwith: { code: [return 1], args: [1] }"),
    ("missing_key", "uses: sleep"),
    ("missing_key", "uses: sleep\nwith: {}"),
    ("conflicting_keys", "uses: sleep\nwith: { for: 1h, until: 2027-01-31T09:00:00Z }"),
    ("invalid_duration", "uses: sleep\nwith: { for: 90 }"),
    ("invalid_duration", "uses: sleep\nwith: { for: two hours }"),
    ("invalid_value", "uses: sleep\nwith: { until: event.data.date }"),
    ("invalid_value", "uses: sleep\nwith: { until: 2027-01-31 09:00 }"),
    ("missing_key", "uses: workflow\nwith: { inputs: [a] }"),
    ("invalid_name", "uses: workflow\nwith: { name: \"${{ event.data.next }}\", wait: later }"),
    ("invalid_name", "uses: workflow\nwith: { name: Other Workflow }"),
    ("missing_key", "uses: state"),
    ("missing_key", "uses: state\nwith: { value: 1 }"),
    ("missing_key", "uses: state\nwith: { set: cursor }"),
    ("conflicting_keys", "uses: state\nwith: { get: a, delete: b, by: 1 }"),
    ("wrong_type", "uses: state\nwith: { increment: [a], by: one }"),
    ("invalid_name", "uses: state\nwith: { get: '' }"),
    ("invalid_value", "uses: respond\nwith: { status: 101, headers: { x-a: \"a\\r\\nx-b: c\" } }"),
    ("invalid_name", "uses: respond\nwith: { headers: { 'content type': text/plain } }"),
    ("wrong_type", "uses: respond\nwith: { status: 2xx, headers: [a] }"),
    ("missing_key", "uses: email\nwith: { to: [], subject: hi }"),
    (
        "invalid_value",
        "uses: email\nwith: { to: 'a@example.com, b@example.com', cc: [sales], subject: hi, text: hi }",
    ),
    ("wrong_type", "uses: email\nwith: { to: { a: b }, bcc: [1], subject: [hi], html: hi }"),
    ("missing_key", "uses: email\nwith: { subject: hi, text: hi, atachments: [] }"),
    ("missing_key", "uses: exec"),
    ("missing_key", "uses: exec\nwith: { command: [] }"),
    ("invalid_value", "uses: exec\nwith: { command: ls -l | wc }"),
    ("invalid_value", "uses: exec\nwith: { command: ls -l /tmp }"),
    ("invalid_value", "uses: exec\nwith: { command: \"${{ event.data.program }}\" }"),
    (
        "invalid_value",
        "uses: exec\nwith: { command: [\"${{ event.data.program }}\", -l], expect_exit: [0, 256] }",
    ),
    ("conflicting_keys", "uses: exec\nwith: { command: [ls, -l], args: [-a] }"),
    ("expression_in_code", "uses: exec\nwith: { command: [/bin/sh, -c, 'echo ${{ event.data.name }}'] }"),
    (
        "expression_in_code",
        "uses: exec\nwith: { command: python3, args: [-c, 'print(\"${{ event.data.name }}\")'] }",
    ),
    (
        "wrong_type",
        "uses: exec\nwith: { command: { a: b }, env: { A: [b] }, args: -l, stdin: {}, expect_exit: ok }",
    ),
    ("wrong_type", "uses: exec\nwith: { command: [1, [2]] }"),
];

/// In an SQL statement; the fields are indented as a step's.
pub(crate) const SQL: &[(&str, &str)] = &[
    ("missing_key", "uses: sql\nwith: { params: 1 }"),
    ("invalid_value", "uses: sql\nwith: { credential: books, query: '' }"),
    ("wrong_type", "uses: sql\nwith: { credential: books, query: [SELECT 1] }"),
    (
        "expression_in_quotes",
        "uses: sql\nwith:\n  credential: books\n  query: |\n    SELECT * FROM deals\n    WHERE name = '${{ event.data.name }}' AND note LIKE '%${{ event.data.note }}%'\n    -- by ${{ event.user_id }}",
    ),
    (
        "conflicting_keys",
        "uses: sql\nwith:\n  credential: books\n  query: DELETE FROM deals WHERE id = ${{ event.id }} AND a = $1\n  params: [1]",
    ),
    ("unclosed_expression", "uses: sql\nwith: { credential: books, query: \"SELECT ${{ event.id\" }"),
    ("unknown_name", "uses: sql\nwith: { credential: books, query: \"SELECT ${{ evnt.id }}\" }"),
];

/// In the inputs of a start by hand; they are indented as such.
pub(crate) const INPUTS: &[(&str, &str)] = &[
    ("invalid_schema", "amount: int\nname: strng\nkind: { type: [string, nil] }\nnothing: { type: [] }"),
    (
        "wrong_type",
        "amount:\nnames: [string]\ncount: { minimum: one, minLength: -1, multipleOf: 0, pattern: 1 }",
    ),
    ("invalid_name", "my-name: string\n2nd: string"),
    ("unknown_key", "name: { type: string, requried: true, optional: true }"),
    ("invalid_schema", "size: { type: string, enum: [] }\ncount: { type: integer, enum: [1, two] }"),
    ("invalid_schema", "name: { minLength: 5, maxLength: 2 }\ncode: { type: string, pattern: '(?=a)b' }"),
    ("invalid_schema", "address: { $ref: 'https://example.com/address.json' }"),
    ("invalid_value", "day: { type: string, format: weekday }"),
    (
        "invalid_default",
        "amount: { type: integer, minimum: 1, default: 0 }\nname: { type: string, default: 1 }",
    ),
    (
        "invalid_default",
        "type: object\nproperties:\n  rows: { type: array, items: { type: object, required: [sku] }, default: [{ a: 1 }] }\nrequired: [row]\nadditionalProperties: true\nminProperties: 1",
    ),
    ("duplicate_key", "a: string\na: number"),
];
