/**
 * An element among many alike, by what stands around it: the "Add" in the row that says "Blue jeans", or the second
 * button of the form "Search". Written as a chain that Playwright takes.
 */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const FARTHEST = 12;
  const DEEPEST_TEXT = 4;
  const TEXTS_TRIED = 6;
  const LEAVES_SEEN = 80;
  const LONGEST_TEXT = 60;
  /** Containers that are as many as this tell nothing. */
  const MANY = 100;
  /** Texts of a tag that is used as often as this are not read at all: it would take longer than a click may. */
  const TOO_MANY = 8_000;
  /** Milliseconds after which the best found so far will do. */
  const LONGEST_SEARCH = 12;
  const HEADING = /^(?:h[1-6]|legend|th|caption|summary|dt)$/u;
  const SIMPLE = /^[a-z][a-z0-9]*$/u;
  /** What tells a thing that can be used from its plain neighbours, if it has no role. */
  const USED_BY = ['type', 'href', 'tabindex', 'onclick', 'contenteditable', 'for'];
  const LANDMARKS = new Set(['main', 'header', 'footer', 'nav', 'aside', 'form', 'dialog', 'table', 'fieldset', 'section']);

  /** Ways of naming an element's kind inside a container, most telling first; the last one always fits. */
  function kindsOf(element, root) {
    const role = cs.isShown(element) ? cs.sharedRole(element) : '';
    const name = role ? cs.nameOf(element) : '';
    const tag = CSS.escape(element.localName) + USED_BY.filter((attribute) => element.hasAttribute(attribute)).map((attribute) => `[${attribute}]`).join('');
    const alike = role ? cs.withRole(root, role) : [];
    const named = name && name.length <= cs.LONGEST_NAME ? cs.wordings(name, cs.isDecorated(element)) : [];
    return [
      ...named.map(({ quoted, test, digits }) => ({
        inner: `role=${role}[name=${quoted}]`, digits, all: () => cs.named(alike, name, test),
      })),
      ...(role && !name ? [{ inner: `role=${role}`, digits: false, all: () => alike.filter(cs.isShown) }] : []),
      { inner: tag, digits: false, all: () => cs.findAll(root, tag) },
    ];
  }

  /** Texts that stand alone in an element inside `scope`, headings first. */
  function textsIn(scope, element) {
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_ELEMENT);
    const found = [];
    for (let seen = 0, at = walker.nextNode(); at && seen < LEAVES_SEEN; seen += 1, at = walker.nextNode()) {
      const leaf = at.childElementCount === 0 && at !== element && SIMPLE.test(at.localName) && !['option', 'script', 'style'].includes(at.localName);
      const text = leaf ? cs.tidy(at.textContent) : '';
      if (text.length >= 2 && text.length <= LONGEST_TEXT && /\p{L}/u.test(text)) found.push({ leaf: at, text });
    }
    const rank = ({ leaf, text }) => (cs.hasDigits(text) ? 4 : 0) + (HEADING.test(leaf.localName) ? 0 : leaf.localName === 'a' ? 1 : 2);
    return found.sort((a, b) => rank(a) - rank(b)).slice(0, TEXTS_TRIED);
  }

  /** Tags from `scope`'s child down to `leaf`, or null if it lies too deep. */
  function tagsBetween(scope, leaf) {
    const tags = [];
    for (let at = leaf; at !== scope; at = at.parentElement) {
      if (!SIMPLE.test(at.localName) || tags.length === DEEPEST_TEXT) return null;
      tags.unshift(at.localName);
    }
    return tags;
  }

  /** Reads the texts of all leaves of a tag once for each element described. */
  function textReader(root) {
    const known = new Map();
    return (tag) => {
      if (!known.has(tag)) {
        const all = root.querySelectorAll(tag);
        const leaves = all.length > TOO_MANY ? [] : [...all].filter((leaf) => leaf.childElementCount === 0);
        known.set(tag, leaves.map((leaf) => ({ leaf, text: cs.tidy(leaf.textContent) })));
      }
      return known.get(tag);
    };
  }

  /** The elements that hold, at the same depth, a text that fits. */
  function holders(leaves, tag, tags, test) {
    const found = new Set();
    for (const { leaf, text } of leaves) {
      if (!test(text)) continue;
      let at = leaf;
      for (let i = tags.length - 1; at && i >= 0; i -= 1) at = at.localName === tags[i] ? at.parentElement : null;
      if (at?.localName === tag) found.add(at);
    }
    return found;
  }

  function* byText(scope, readTexts, element) {
    for (const { leaf, text } of textsIn(scope, element)) {
      const tags = tagsBetween(scope, leaf);
      if (!tags) continue;
      for (const { value, digits, test } of cs.wordings(text)) {
        const pattern = /^\/(?<source>.*)\/$/su.exec(value);
        const says = pattern ? `:text-matches(${JSON.stringify(pattern.groups.source)})` : `:text-is(${JSON.stringify(text)})`;
        yield { selector: `${scope.localName}:has(> ${tags.join(' > ')}${says})`, digits, all: () => holders(readTexts(tags.at(-1)), scope.localName, tags, test) };
      }
    }
  }

  /** Containers that only what a developer wrote names. */
  function* byName(scope, root) {
    const tag = scope.localName;
    const names = [
      ...(scope.id && !cs.looksGenerated(scope.id) ? [`#${CSS.escape(scope.id)}`] : []),
      ...[...cs.TEST_ID_ATTRIBUTES, 'aria-label', 'name', 'role'].filter((name) => scope.getAttribute(name))
        .map((name) => `${tag}[${name}=${JSON.stringify(scope.getAttribute(name))}]`),
      ...(LANDMARKS.has(tag) ? [tag] : []),
    ];
    for (const selector of names) {
      const digits = cs.hasDigits(selector.replace(/^h\d/u, ''));
      yield { selector, digits, all: () => new Set(root.querySelectorAll(selector)) };
    }
  }

  const isInside = (element, containers) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) if (at !== element && containers.has(at)) return true;
    return false;
  };

  function bestOf(found) {
    const best = (list) => list.sort((a, b) => a.risk - b.risk)[0];
    const first = best([...found]);
    const uncounted = best(found.filter(({ value }) => !/ >> nth=\d+$/u.test(value)));
    return [first, uncounted].filter((one, i, both) => one && one !== both[i - 1]);
  }

  /**
   * @param {Element} element
   * @returns {{value: string, match_count: number, risk: number}[]} at most two: the least risky one, and one that counts no
   *   places if the first one does
   */
  cs.aroundOf = (element) => {
    const root = element.getRootNode();
    const found = [];
    const readTexts = textReader(root);
    const until = performance.now() + LONGEST_SEARCH;
    for (const { inner, digits, all } of kindsOf(element, root)) {
      const alike = all();
      let scope = element.parentElement;
      for (let up = 0; scope && scope !== document.body && up < FARTHEST; up += 1, scope = scope.parentElement) {
        if (!SIMPLE.test(scope.localName)) continue;
        for (const container of [...byName(scope, root), ...byText(scope, readTexts, element)]) {
          if (found.length && performance.now() > until) return bestOf(found);
          const containers = container.all();
          if (containers.size > MANY) continue;
          const inside = alike.filter((other) => isInside(other, containers));
          const at = inside.indexOf(element);
          if (at < 0) continue;
          const risk = Math.max(digits || container.digits ? cs.RISK.digits : 0, inside.length > 1 ? cs.RISK.counted : 0);
          const nth = inside.length > 1 ? ` >> nth=${at}` : '';
          found.push({ value: `${container.selector} >> ${inner}${nth}`, match_count: 1, risk: risk + (inner.startsWith('role') ? 0 : 0.5) });
          if (risk === 0) return found.slice(-1);
        }
      }
    }
    return bestOf(found);
  };
})();
