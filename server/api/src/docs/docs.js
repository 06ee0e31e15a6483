// Draws the operations of the OpenAPI document, and sends what is filled in. Texts become text nodes: nothing of an answer is markup.

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
};

const api = await (await fetch("/api/v1/openapi.json", { credentials: "omit" })).json();
const root = api.servers[0].url;
document.getElementById("about").textContent = api.info.description.replaceAll("`", "");
const token = document.getElementById("token");
document.getElementById("log-in").addEventListener("submit", (event) => event.preventDefault());

const plain = (text = "") => text.replaceAll("`", "");

// A body to begin with: the example of the document, or the required fields of the schema.
const resolve = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()] : schema);
const sample = (schema, depth = 0) => {
  const { type, properties = {}, required = [], example, examples } = resolve(schema) ?? {};
  if (example !== undefined) return example;
  if (examples?.length) return examples[0];
  if (properties && Object.keys(properties).length && depth < 4) {
    return Object.fromEntries(required.map((name) => [name, sample(properties[name], depth + 1)]));
  }
  return { string: "", integer: 0, boolean: false, array: [], object: {} }[[type].flat()[0]] ?? null;
};

const field = (id, label, input, about) =>
  make(
    "div",
    { class: "field" },
    make("div", { class: "field-top" }, make("label", { for: id }, label)),
    input,
    about ? make("p", { class: "muted" }, plain(about)) : "",
  );

const operation = (path, method, { operationId, summary, description, parameters = [], requestBody, responses, security }) => {
  const scopes = (security ?? []).flatMap((one) => Object.values(one).flat());
  const inputs = parameters.map((parameter) => {
    const id = `${operationId}-${parameter.name}`;
    const input = make("input", { class: "input", id, required: parameter.required, autocomplete: "off", spellcheck: "false" });
    const repeats = parameter.schema?.type && [parameter.schema.type].flat().includes("array");
    return { ...parameter, input, repeats, id };
  });
  const [kind, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const body = content && make("textarea", { class: "input", id: `${operationId}-body`, rows: "8", spellcheck: "false" });
  if (body) body.value = JSON.stringify(content.example ?? sample(content.schema), null, 2);

  const answer = make("pre", { role: "status", tabindex: "0", "aria-label": "Answer", hidden: true });
  const form = make(
    "form",
    { class: "stack" },
    inputs.length
      ? make("div", { class: "api-inputs" }, ...inputs.map(({ id, name, required, description, input }) => field(id, required ? `${name} (required)` : name, input, description)))
      : "",
    body ? field(body.id, `Body (${kind})`, body, requestBody.description) : "",
    make("div", { class: "line" }, make("button", { class: "btn primary" }, "Send")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    const headers = new Headers();
    for (const { name, in: place, input, repeats } of inputs) {
      const value = input.value.trim();
      if (!value) continue;
      if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
      else if (place === "query") (repeats ? value.split(",") : [value]).forEach((one) => query.append(name, one.trim()));
      else headers.set(name, value);
    }
    if (scopes.length && token.value) headers.set("Authorization", `Bearer ${token.value.trim()}`);
    if (body) headers.set("Content-Type", kind);
    const search = query.size ? `?${query}` : "";
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const reply = await fetch(`${root}${address}${search}`, { method: method.toUpperCase(), headers, body: body?.value, credentials: "omit", cache: "no-store" });
      const text = await reply.text();
      const head = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      let shown = text;
      try {
        const json = JSON.parse(text);
        if (reply.ok && typeof json.token === "string") token.value = json.token;
        shown = JSON.stringify(json, null, 2);
      } catch {
        // No JSON: as it came.
      }
      answer.textContent = `${reply.status} ${reply.statusText}\n${head}\n\n${shown}`;
    } catch (error) {
      answer.textContent = `The server could not be asked: ${error.message}`;
    }
  });

  const statuses = Object.entries(responses).map(([status, says]) => make("tr", {}, make("th", { scope: "row" }, status), make("td", {}, plain(says.description))));
  return make(
    "details",
    { class: "api-operation", id: operationId },
    make("summary", {}, make("code", {}, method.toUpperCase()), make("code", {}, `${root}${path}`), summary ?? ""),
    make(
      "div",
      {},
      description ? make("p", {}, plain(description)) : "",
      scopes.length ? make("p", { class: "muted" }, `Needs the scope ${scopes.join(", ")}.`) : "",
      form,
      answer,
      make("details", {}, make("summary", {}, "Answers"), make("table", {}, make("tbody", {}, ...statuses))),
    ),
  );
};

const sections = new Map(api.tags.map(({ name, description }) => [name, make("section", {}, make("h2", {}, name), make("p", { class: "muted" }, description ?? ""))]));
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, about] of Object.entries(methods)) {
    sections.get(about.tags?.[0])?.append(operation(path, method, about));
  }
}
document.getElementById("operations").append(...sections.values());
if (location.hash) document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
