/** All the ways in which a target can be found again, best first, each with how many elements it finds now. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  /** Counting names on a page of thousands of links would make a click stutter. */
  const COUNT_LIMIT = 1500;
  const LONGEST_TEXT = 80;
  const KINDS_WANTED = 3;
  const SAFE_KINDS_WANTED = 2;

  cs.LONGEST_NAME = 120;
  /** What a candidate stands on, from what a page keeps to what it changes with every visit. */
  cs.RISK = { none: 0, class: 1, counted: 2, digits: 3, place: 4 };

  const countWhere = (elements, fits) => elements.slice(0, COUNT_LIMIT).filter(fits).length;

  function testId(element, root) {
    const attribute = cs.TEST_ID_ATTRIBUTES.find((name) => element.getAttribute(name));
    if (!attribute) return [];
    const value = element.getAttribute(attribute);
    const match_count = cs.findAll(root, `[${attribute}="${CSS.escape(value)}"]`).length;
    return [{ value, match_count, risk: cs.hasDigits(value) || cs.looksGenerated(value) ? cs.RISK.digits : cs.RISK.none }];
  }

  /** A candidate for each wording, with how many others `count` finds that are worded like it. */
  const candidatesFor = (wordings, count, write = ({ value }) => value) => wordings.map((wording) => ({
    value: write(wording), match_count: count(wording.test), risk: wording.digits ? cs.RISK.digits : cs.RISK.none,
  }));

  function worded(text, longest, elements, textOf) {
    if (!text || text.length > longest) return [];
    const texts = elements.slice(0, COUNT_LIMIT).map(textOf);
    return candidatesFor(cs.wordings(text), (fits) => countWhere(texts, fits));
  }

  function role(element, root) {
    const kind = cs.isShown(element) ? cs.sharedRole(element) : '';
    const name = kind ? cs.nameOf(element) : '';
    if (!name || name.length > cs.LONGEST_NAME) return [];
    const wordings = cs.wordings(name, cs.isDecorated(element));
    const alike = cs.withRole(root, kind);
    return candidatesFor(wordings, (fits) => cs.named(alike, name, fits).length, ({ quoted }) => `${kind}[name=${quoted}]`);
  }

  function label(element, root) {
    const [value] = cs.isField(element) ? cs.labelsOf(element) : [];
    if (!value || value.length > cs.LONGEST_NAME) return [];
    // From the labels to their fields: the other way round, the browser searches the page for each field.
    const controls = cs.findAll(root, 'label').map((one) => one.control).filter(Boolean);
    const labelled = new Set([...controls, ...cs.findAll(root, '[aria-label],[aria-labelledby]')].slice(0, COUNT_LIMIT));
    const labels = [...labelled].map(cs.labelsOf);
    return candidatesFor(cs.wordings(value), (fits) => countWhere(labels, (words) => words.some(fits)));
  }

  function placeholder(element, root) {
    const text = element.getAttribute('placeholder') ?? '';
    return worded(text, cs.LONGEST_NAME, cs.findAll(root, '[placeholder]'), (other) => other.getAttribute('placeholder'));
  }

  function text(element, root) {
    if (cs.isField(element)) return [];
    const says = (other) => cs.tidy(other.textContent);
    return worded(says(element), LONGEST_TEXT, cs.findAll(root, CSS.escape(element.localName)), says);
  }

  function address(found) {
    return found.map((one) => {
      const place = cs.countsPlaces(one.value) || one.value.startsWith('/html') ? cs.RISK.place : 0;
      const digits = cs.hasDigits(one.value.replace(/:nth-[\w-]+\(\d+\)|\[\d+\]|\bh[1-6]\b/gu, '')) ? cs.RISK.digits : 0;
      const named = /\.[a-z]/iu.test(one.value.replace(/"(?:[^"\\]|\\.)*"/gu, '')) ? cs.RISK.class : 0;
      return { ...one, risk: Math.max(place, digits, named) };
    });
  }

  const STRATEGIES = {
    test_id: testId, role, label, placeholder, text,
    css: (element) => address(cs.cssesOf(element)), xpath: (element) => address(cs.xpathsOf(element)),
  };

  const kindsOf = (found) => new Set(found.map(({ strategy }) => strategy)).size;
  const isSafe = ({ match_count, risk }) => match_count === 1 && risk === cs.RISK.none;

  /**
   * Best first: what finds this element alone, by what the page keeps; then by the order of the strategies.
   * @param {Element} element
   * @returns {{strategy: string, value: string, match_count: number}[]} what finds nothing is left out
   */
  cs.candidatesOf = (element) => {
    const root = element.getRootNode();
    if (!root.querySelectorAll) return [];
    const found = Object.entries(STRATEGIES).flatMap(([strategy, find]) => (
      find(element, root).filter(({ match_count }) => match_count > 0).map((one) => ({ strategy, ...one }))));
    // The dearest one, so only for an element that can hardly be told from others.
    if (kindsOf(found) < KINDS_WANTED || kindsOf(found.filter(isSafe)) < SAFE_KINDS_WANTED) {
      found.push(...cs.aroundOf(element).map((one) => ({ strategy: 'within', ...one })));
    }
    const order = [...Object.keys(STRATEGIES)];
    order.splice(order.indexOf('css'), 0, 'within');
    const rank = ({ strategy, match_count, risk }) => (match_count === 1 ? 0 : 1000) + risk * 10 + order.indexOf(strategy) / 10;
    return found.sort((a, b) => rank(a) - rank(b)).map(({ strategy, value, match_count }) => ({ strategy, value, match_count }));
  };
})();
