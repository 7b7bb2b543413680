/** The single exit's mask: takes an event as a page made it and gives the event that may leave the page. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const ADDRESSES = new Set(['href', 'src', 'action']);
  const SHORTEST_SECRET = 4;
  const LONGEST = { text: 200, attribute: 500, url: 2000, value: 2000 };

  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

  /** One pattern for everything typed into private fields, longest first, in plain and in percent-encoded spelling. */
  function secretsPattern(secrets) {
    const spellings = new Map();
    for (const { value, kind } of secrets) {
      const plain = value.trim();
      if (plain.length < SHORTEST_SECRET) continue;
      const encoded = encodeURIComponent(plain);
      for (const spelling of [plain, encoded, encoded.replaceAll('%20', '+')]) spellings.set(spelling.toLowerCase(), kind);
    }
    if (!spellings.size) return null;
    // Whole words only where the secret is one, or "anna" would be cut out of "savanna".
    const alternatives = [...spellings].sort(([a], [b]) => b.length - a.length).map(([spelling, kind]) => (
      ['name', 'address', 'private', 'phone'].includes(kind)
        ? `(?<![\\p{L}\\p{N}])${escape(spelling)}(?![\\p{L}\\p{N}])` : escape(spelling)));
    const placeholder = `\\[(?:${cs.PRIVATE_KINDS.join('|')})\\]`;
    return { spellings, pattern: new RegExp(`${placeholder}|${alternatives.join('|')}`, 'giu') };
  }

  /** Of letters only: among billions of random numbers there are some that look like a card's. */
  cs.newEventId = () => String.fromCharCode(...[...crypto.getRandomValues(new Uint8Array(28))].map((byte) => 97 + byte % 26));

  /** A selector with its escapes resolved: no rule would know an address that is spelled `mia\\@mail\\.example`. */
  const spelledOut = (selector) => selector
    .replace(/\\+x([\da-f]{2})|\\+([\da-f]{1,6}) /giu, (_, two, more) => String.fromCodePoint(Math.min(parseInt(two ?? more, 16), 0x10ffff)))
    .replace(/\\+s\+/gu, ' ').replaceAll('\\', '');

  /** What is private in a selector leaves no selector behind that finds anything; that is the price. */
  function maskSelector(selector, text) {
    const masked = text(selector);
    const plain = spelledOut(masked);
    const again = text(plain);
    return again === plain ? masked : again;
  }

  function maskValue(value, field, text, address) {
    if (value?.kind === 'field') {
      const kind = field && cs.fieldKind(field);
      return kind ? { kind: 'masked', text: `[${kind}]`, reason: kind } : { kind: 'text', text: text(value.text).slice(0, LONGEST.value) };
    }
    if (value?.kind === 'drag') return { ...value, onto: maskTarget(value.onto, text, address) };
    if (value?.kind === 'dialog') return { ...value, text: text(value.text).slice(0, LONGEST.text) };
    if (value?.kind === 'text') return { ...value, text: text(value.text) };
    return value;
  }

  function maskTarget(target, text, address) {
    if (!target) return null;
    const candidates = target.candidates.map((candidate) => ({ ...candidate, value: maskSelector(candidate.value, text) }));
    // What masking changed finds nothing any more: it goes behind what still does.
    const kept = (candidate, i) => candidate.value === target.candidates[i].value;
    return {
      ...target,
      name: text(target.name).slice(0, LONGEST.text),
      text: text(target.text).slice(0, LONGEST.text),
      attributes: Object.fromEntries(Object.entries(target.attributes)
        .map(([name, value]) => [name, (ADDRESSES.has(name) ? address(value) : text(value)).slice(0, LONGEST.attribute)])),
      candidates: [...candidates.filter(kept), ...candidates.filter((candidate, i) => !kept(candidate, i))],
    };
  }

  /**
   * @param {object} event as docs/protocol.md describes it, but for `value` of kind `field` (raw text of a form field)
   *   and `field` (what the page says about that field), which both end here
   * @param {{value: string, kind: string}[]} secrets what was typed into private fields
   * @param {(url: string) => Map<string, string>} [namesFor] kinds of the private fields that this address may carry, by name
   */
  cs.maskEvent = ({ field, ...event }, secrets, namesFor = () => undefined) => {
    const known = secretsPattern(secrets);
    const echo = (masked) => (known
      ? masked.replace(known.pattern, (found) => {
        const kind = known.spellings.get(found.toLowerCase());
        return kind ? `[${kind}]` : found;
      }) : masked);
    const text = (plain) => echo(cs.maskText(plain));
    const address = (plain) => echo(cs.maskUrl(plain, namesFor(plain)));
    return {
      ...event,
      url: address(event.url).slice(0, LONGEST.url),
      title: text(event.title).slice(0, LONGEST.text),
      frame_path: event.frame_path.map((step) => (/^https?:/u.test(step) ? address(step) : maskSelector(step, text))),
      shadow_path: event.shadow_path.map((step) => maskSelector(step, text)),
      target: maskTarget(event.target, text, address),
      value: maskValue(event.value, field, text, address),
    };
  };
})();
