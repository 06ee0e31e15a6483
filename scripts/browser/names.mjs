// Gives what a module imports from its JavaScript short names, in both. wasm-bindgen's have a number of sixteen digits each, which no compression
// makes smaller: of four hundred they are nine kilobytes, twice.

/** The module and the script with short names. `from` is the module's word for the script. */
export function shortened(wasm, script, from) {
  const short = new Map();
  const named = (module, name) => {
    if (module !== from) return [module, name];
    if (!short.has(name)) short.set(name, letters(short.size));
    return [SHORT, short.get(name)];
  };
  const module = imports(wasm, named);
  let text = script.replaceAll(JSON.stringify(from), JSON.stringify(SHORT));
  if (text === script) throw new Error(`${from} is not in the script; see what wasm-bindgen's new version writes`);
  for (const [name, by] of short) {
    const key = new RegExp(String.raw`(?<![\w$])${name.replaceAll("$", String.raw`\$`)}(?=:)`, "g");
    if (text.match(key)?.length !== 1) throw new Error(`${name} is not in the script once; see what wasm-bindgen's new version writes`);
    text = text.replace(key, by);
  }
  return [module, text];
}

const SHORT = "b";

function letters(number) {
  const letter = "abcdefghijklmnopqrstuvwxyz"[number % 26];
  return number < 26 ? letter : letters(Math.floor(number / 26) - 1) + letter;
}

/** The module with what it imports named anew: <https://webassembly.github.io/spec/core/binary/modules.html#import-section>. */
function imports(wasm, named) {
  let at = 8;
  const number = () => {
    for (let read = 0, shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      read |= (byte & 127) << shift;
      if (byte < 128) return read >>> 0;
    }
  };
  const text = () => {
    const length = number();
    return wasm.toString("utf8", at, (at += length));
  };
  const limits = () => {
    const flags = number();
    number();
    if (flags & 1) number();
  };
  const kinds = [number, () => void (at++, limits()), limits, () => void (at += 2)];
  const parts = [wasm.subarray(0, 8)];
  while (at < wasm.length) {
    const begin = at;
    const id = wasm[at++];
    const end = number() + at;
    if (id === 2) {
      const count = number();
      const made = [bytes(count)];
      for (let import_ = 0; import_ < count; import_ += 1) {
        const [module, name] = named(text(), text());
        const described = at;
        const kind = kinds[wasm[at++]];
        if (!kind) throw new Error("the module imports something of a kind that is not known here");
        kind();
        made.push(written(module), written(name), wasm.subarray(described, at));
      }
      const body = Buffer.concat(made);
      parts.push(Buffer.of(id), bytes(body.length), body);
    } else {
      parts.push(wasm.subarray(begin, end));
    }
    at = end;
  }
  return Buffer.concat(parts);
}

function written(text) {
  return Buffer.concat([bytes(Buffer.byteLength(text)), Buffer.from(text)]);
}

/** A number as WebAssembly has it (LEB128). */
function bytes(number) {
  const made = [];
  for (; number > 127; number >>>= 7) made.push((number & 127) | 128);
  return Buffer.of(...made, number);
}
