/** Addresses hide private things percent-encoded: each part is decoded, masked, and put back only if it changed. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

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

  function maskPart(part, plusIsSpace) {
    if (!part) return part;
    let plain = part;
    // Addresses inside addresses (?next=…) are encoded twice.
    for (let depth = 0; depth < 3; depth += 1) {
      const decoded = decode(plain, plusIsSpace && depth === 0);
      const masked = cs.maskText(decoded);
      if (masked !== decoded) return encode(masked);
      if (decoded === plain) return part;
      plain = decoded;
    }
    return part;
  }

  function maskParameter(parameter) {
    const [key, ...rest] = parameter.split('=');
    const value = rest.join('=');
    const kind = value ? cs.fieldKind({ name: decode(key, true) }) : null;
    if (kind) return `${key}=[${kind}]`;
    return rest.length ? `${maskPart(key, true)}=${maskPart(value, true)}` : maskPart(key, true);
  }

  const maskParameters = (query) => query.split(/([&;])/u).map((piece, i) => (i % 2 ? piece : maskParameter(piece))).join('');
  const maskPath = (path) => path.split('/').map((piece) => maskPart(piece, false)).join('/');

  /**
   * An address without user:password, with private things in path, query and fragment masked; what is not masked
   * keeps its spelling. The content of data: and javascript: addresses is left out.
   * @param {string} url
   * @returns {string}
   */
  cs.maskUrl = (url) => {
    const opaque = /^\s*(data:[\w/+.-]*|javascript:)/iu.exec(url);
    if (opaque) return opaque[1];
    const [, base, query, fragment] = /^([^?#]*)(\?[^#]*)?(#.*)?$/su.exec(url);
    const [, origin, path] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)?(.*)$/isu.exec(base);
    const anonymous = (origin ?? '').replace(/\/\/.*@/u, '//');
    return anonymous + maskPath(path)
      + (query ? `?${maskParameters(query.slice(1))}` : '')
      + (fragment ? `#${fragment.slice(1).split('/').map(maskParameters).join('/')}` : '');
  };
})();
