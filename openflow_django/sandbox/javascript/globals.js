// Added to a realm whose script mentions one of these globals, which the engine lacks.
0, function () {
  const define = (name, value) => {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  };

  const clone = (value, seen) => {
    if (typeof value === "function" || typeof value === "symbol") {
      throw Object.assign(new Error(`${String(value)} could not be cloned.`), { name: "DataCloneError" });
    }
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (copy) => { seen.set(value, copy); return copy; };
    if (value instanceof Date) return keep(new Date(value));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(clone(value.buffer, seen), value.byteOffset, value.length));
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [key, member] of value) copy.set(clone(key, seen), clone(member, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const member of value) copy.add(clone(member, seen));
      return copy;
    }
    const copy = keep(Array.isArray(value) ? [] : value instanceof Error ? new value.constructor(value.message) : {});
    for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
    return copy;
  };
  define("structuredClone", (value) => clone(value, new Map()));

  define("TextEncoder", class TextEncoder {
    encoding = "utf-8";
    encode(text = "") {
      const bytes = unescape(encodeURIComponent(String(text).replace(/[\ud800-\udfff]/gu, "\ufffd")));
      return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
    }
  });

  define("TextDecoder", class TextDecoder {
    constructor(encoding = "utf-8", { fatal = false } = {}) {
      if (!/^(utf-?8)$/i.test(encoding)) throw new RangeError(`Only utf-8 can be decoded here, not ${encoding}.`);
      this.encoding = "utf-8";
      this.fatal = fatal;
    }
    decode(bytes = new Uint8Array()) {
      const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
      let text = "";
      for (let at = 0; at < view.length;) {
        const length = view[at] < 0x80 ? 1 : view[at] < 0xe0 ? 2 : view[at] < 0xf0 ? 3 : 4;
        let encoded = "";
        for (let i = at; i < at + length; i++) encoded += "%" + (view[i] | 0x100).toString(16).slice(1);
        try {
          text += decodeURIComponent(encoded);
          at += length;
        } catch (_) {
          if (this.fatal) throw new TypeError("The bytes are not utf-8.");
          text += "\ufffd";
          at += 1;
        }
      }
      return text.replace(/^\ufeff/, "");
    }
  });

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  define("btoa", (text) => {
    let encoded = "";
    for (let at = 0; at < text.length; at += 3) {
      const codes = [0, 1, 2].map((offset) => text.charCodeAt(at + offset) || 0);
      if (codes.some((code) => code > 255)) throw new Error("btoa takes characters up to U+00FF only.");
      const bits = (codes[0] << 16) | (codes[1] << 8) | codes[2];
      const left = text.length - at;
      encoded += [18, 12, 6, 0].map((shift, i) => (i <= left ? ALPHABET[(bits >> shift) & 63] : "=")).join("");
    }
    return encoded;
  });
  define("atob", (text) => {
    const characters = String(text).replace(/[\s=]/g, "");
    let bits = 0;
    let decoded = "";
    for (let at = 0; at < characters.length; at++) {
      const code = ALPHABET.indexOf(characters[at]);
      if (code < 0) throw new Error("The text is not base64.");
      bits = (bits << 6) | code;
      if (at % 4) decoded += String.fromCharCode((bits >> (6 - 2 * (at % 4))) & 255);
    }
    return decoded;
  });
}
