"use strict";
const make = (name, text, attributes) => {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  return node;
};
const add = (parent, ...children) => { parent.append(...children); return parent; };
const nameOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.oneOf) return schema.oneOf.map(nameOf).join(" | ");
  if (schema.enum) return schema.enum.join(" | ");
  const type = [].concat(schema.type || []).join(" | ");
  return schema.items ? `${nameOf(schema.items)}[]` : schema.format ? `${type} (${schema.format})` : type || "any";
};
const table = (heading, rows) => {
  const body = make("table");
  add(body, add(make("tr"), ...heading.map((title) => make("th", title))));
  rows.forEach((row) => add(body, add(make("tr"), ...row.map((cell) => add(make("td"), cell)))));
  return body;
};
const code = (text) => make("code", text);
const sample = (value) => make("pre", typeof value === "string" ? value : JSON.stringify(value, null, 2));
const contents = (content) => Object.entries(content || {}).map(([media, it]) => {
  const details = make("details");
  return add(details, add(make("summary"), code(media), ` ${nameOf(it.schema)}`), sample(it.example));
});
const operation = (path, method, it) => {
  const section = make("section", undefined, { id: it.operationId });
  add(section, make("h3", it.summary));
  add(section, add(make("p", undefined, { class: "address" }), make("span", method, { class: "method" }), path));
  if (it.description) add(section, make("p", it.description));
  if (it.parameters) {
    const row = (p) => [code(p.name), `${p.in}${p.required ? ", needed" : ""}`, nameOf(p.schema), p.description || ""];
    add(section, table(["parameter", "in", "type", ""], it.parameters.map(row)));
  }
  if (it.requestBody) {
    add(section, make("p", it.requestBody.description), ...contents(it.requestBody.content));
  }
  const answers = Object.entries(it.responses).map(([status, answer]) =>
    [code(status), add(make("span"), answer.description, ...contents(answer.content))]);
  add(section, table(["answer", ""], answers));
  return section;
};
const schemas = (all) => Object.entries(all).map(([name, schema]) => {
  const details = make("details", undefined, { id: `schema-${name}` });
  return add(details, add(make("summary"), code(name)), sample(schema));
});
const show = (api) => {
  const main = document.getElementById("operations"), list = document.getElementById("contents");
  main.replaceChildren(make("h1", `${api.info.title} ${api.info.version}`), make("p", api.info.description));
  for (const tag of api.tags) {
    add(main, make("h2", tag.name), make("p", tag.description));
    add(list, make("h2", tag.name));
    for (const [path, item] of Object.entries(api.paths)) {
      for (const [method, it] of Object.entries(item)) {
        if (!it.tags || !it.tags.includes(tag.name)) continue;
        add(main, operation(path, method, it));
        add(list, make("a", it.summary, { href: `#${it.operationId}` }));
      }
    }
  }
  add(main, make("h2", "Schemas"), ...schemas(api.components.schemas));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
};
fetch("openapi.json").then((answer) => answer.json()).then(show, (error) => {
  document.getElementById("operations").replaceChildren(make("p", `The description cannot be read: ${error}`));
});
