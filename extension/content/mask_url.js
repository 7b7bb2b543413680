/** Addresses hide private things percent-encoded: each part is decoded, masked, and put back only if it changed. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  const DEEPEST_ENCODING = 3;
  /** Addresses inside addresses: without an end, a short one could take seconds. */
  const DEEPEST_INSIDE = 2;
  const NONE = new Map();

  function decode(part, plusIsSpace) {
    const spaced = plusIsSpace ? part.replaceAll('+', ' ') : part;
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  }

  function encode(part) {
    return encodeURIComponent(part).replace(/%5B([a-z]+)%5D/gu, (whole, kind) => (
      cs.PRIVATE_KINDS.includes(kind) ? `[${kind}]` : whole));
  }

  /** "+1+415+555+0132": the first sign is the number's own, the others are spaces. */
  const SPACED_PHONE = /^\+[1-9]\d{0,2}(?:\+\d{1,4}){2,6}$|(?<!\d)\+1\+[2-9]\d{2}\+[2-9]\d{2}\+\d{4}(?!\d)/gu;
  const FEWEST_DIGITS = 10;

  function maskSpacedPhone(part) {
    return part.replace(SPACED_PHONE, (found) => {
      const groups = found.slice(1).split('+');
      // A list of sizes rises: 30 31 32 33 34.
      const rises = groups.every((group, i) => i === 0 || Number(groups[i - 1]) < Number(group));
      return groups.join('').length >= FEWEST_DIGITS && !rises ? '[phone]' : found;
    });
  }

  /** An address in a parameter (?next=…) has parameters of its own, whose names may say that they are private. */
  const looksLikeAddress = (text) => /^(?:[a-z][a-z0-9+.-]*:\/\/|\/|\?|[^\s?]*\?)\S*=/iu.test(text);

  function maskPart(part, plusIsSpace, names, level) {
    if (!part) return part;
    if (plusIsSpace && maskSpacedPhone(part) !== part) return maskSpacedPhone(part);
    let plain = part;
    // Addresses inside addresses (?next=…) are encoded twice.
    for (let depth = 0; depth < DEEPEST_ENCODING; depth += 1) {
      const decoded = decode(plain, plusIsSpace && depth === 0);
      const isInner = level < DEEPEST_INSIDE && looksLikeAddress(decoded);
      const masked = cs.maskText(isInner ? maskAddress(decoded, names, level + 1) : decoded);
      if (masked !== decoded) return encode(masked);
      if (decoded === plain) return part;
      plain = decoded;
    }
    return part;
  }

  function maskParameter(parameter, names, level) {
    const [key, ...rest] = parameter.split('=');
    const value = rest.join('=');
    const kind = value ? names.get(decode(key, true)) ?? cs.fieldKind({ name: decode(key, true) }) : null;
    if (kind) return `${key}=[${kind}]`;
    const name = maskPart(key, true, names, level);
    return rest.length ? `${name}=${maskPart(value, true, names, level)}` : name;
  }

  const maskParameters = (query, names, level) => query.split(/([&;])/u)
    .map((piece, i) => (i % 2 ? piece : maskParameter(piece, names, level))).join('');

  /** The origin of an address, or '' for what is none. */
  cs.originOf = (url, base) => {
    try {
      return new URL(url, base).origin;
    } catch {
      return '';
    }
  };

  function maskAddress(url, names, level) {
    const opaque = /^\s*(data:[\w/+.-]*|javascript:)/iu.exec(url);
    if (opaque) return opaque[1];
    const [, base, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/su.exec(url);
    const [, origin, path] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)?(.*)$/isu.exec(base);
    const anonymous = (origin ?? '').replace(/\/\/.*@/u, '//');
    return anonymous + path.split('/').map((piece) => maskPart(piece, false, names, level)).join('/')
      + (query ? `?${maskParameters(query.slice(1), names, level)}` : '')
      + (fragment ? `#${fragment.slice(1).split('/').map((piece) => maskParameters(piece, names, level)).join('/')}` : '');
  }

  /**
   * An address without user:password, with private things in path, query and fragment masked; what is not masked
   * keeps its spelling. The content of data: and javascript: addresses is left out.
   * @param {string} url
   * @param {Map<string, string>} [names] kinds of private fields by their names: a form sends them under these
   * @returns {string}
   */
  cs.maskUrl = (url, names = NONE) => maskAddress(url, names, 0);
})();
