/** CSS and XPath addresses of elements, built of what a developer wrote rather than of what a tool generated. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const { finder, className } = globalThis.codesightVendor.finder;
  const NAMING = ['data-testid', 'data-test', 'data-test-id', 'data-qa', 'data-cy'];
  const TELLING = new Set([...NAMING, 'name', 'aria-label', 'placeholder', 'alt', 'title', 'for', 'href', 'type', 'value', 'role']);
  const LONGEST_VALUE = 80;
  /** Bounds of a search that would take seconds on a large page with nothing to go by; tries, for time passes faster under load. */
  const SEARCH = { maxNumberOfPathChecks: 25, timeoutMs: 100 };

  cs.TEST_ID_ATTRIBUTES = NAMING;

  /** A field's value attribute can hold what a person typed on an earlier page. */
  const holdsInput = (element, name) => (
    name === 'value' && !['radio', 'checkbox', 'submit', 'button'].includes(element.getAttribute('type')));

  function isTelling(element, name, value, digits) {
    return TELLING.has(name) && !holdsInput(element, name) && value !== '' && value.length <= LONGEST_VALUE
      && (digits || !cs.hasDigits(value));
  }

  function search(element, root, digits) {
    const keep = (name) => !cs.looksGenerated(name) && (digits || !cs.hasDigits(name));
    try {
      const value = finder(element, {
        root, ...SEARCH, idName: keep, className: (name) => className(name) && !cs.looksGenerated(name),
        attr: (name, text) => name !== 'value' && isTelling(element, name, text, digits),
      });
      return { value, match_count: cs.findAll(root, value).length };
    } catch {
      // It throws when it finds no selector in time.
      return null;
    }
  }

  function path(element) {
    const steps = [];
    for (let at = element; at?.nodeType === Node.ELEMENT_NODE; at = at.parentElement) steps.unshift(place(at, CSS.escape(at.localName)));
    return steps.join(' > ');
  }

  function place(element, tag) {
    const twins = [...(element.parentNode?.children ?? [])].filter((other) => other.localName === element.localName);
    return twins.length > 1 ? `${tag}:nth-of-type(${twins.indexOf(element) + 1})` : tag;
  }

  /**
   * CSS selectors of `element` within its document or shadow root: one without numbers, and where that has to count
   * places, one that uses what names with numbers there are. Best first, never empty.
   * @param {Element} element
   * @returns {{value: string, match_count: number}[]}
   */
  cs.cssesOf = (element) => {
    const root = element.getRootNode();
    if (!root.querySelectorAll) return [{ value: path(element), match_count: 1 }];
    const plain = search(element, root, false);
    const specific = !plain || cs.countsPlaces(plain.value) ? search(element, root, true) : null;
    const found = [plain, specific].filter((one, i, all) => one && one.value !== all[i - 1]?.value);
    return found.length ? found : [{ value: path(element), match_count: cs.findAll(root, path(element)).length }];
  };

  /** The best of `cssesOf`. */
  cs.cssOf = (element) => cs.cssesOf(element)[0];

  /** Whether a selector breaks when something is inserted before its element. */
  cs.countsPlaces = (selector) => /:nth-|\[\d+\]/u.test(selector);

  const plainTag = (element) => (element.namespaceURI === 'http://www.w3.org/1999/xhtml'
    // SVG has a namespace of its own, which a bare name does not match.
    ? element.localName : `*[local-name()="${element.localName}"]`);

  function xpathStep(element) {
    const twins = [...(element.parentNode?.children ?? [])].filter((other) => other.localName === element.localName);
    return twins.length > 1 ? `${plainTag(element)}[${twins.indexOf(element) + 1}]` : plainTag(element);
  }

  function structure(element) {
    const steps = [];
    let at = element;
    while (at?.nodeType === Node.ELEMENT_NODE && !(at.id && !cs.looksGenerated(at.id) && !/["\d]/u.test(at.id))) {
      steps.unshift(xpathStep(at));
      at = at.parentNode;
    }
    const anchor = at?.nodeType === Node.ELEMENT_NODE ? `//*[@id="${at.id}"]` : '';
    const match_count = anchor ? document.querySelectorAll(`#${CSS.escape(at.id)}`).length : 1;
    return { value: steps.length ? `${anchor}/${steps.join('/')}` : anchor, match_count };
  }

  /** XPath expressions by what the element says or is called, with how many elements they find. */
  function* telling(element) {
    const tag = plainTag(element);
    const raw = cs.isField(element) ? '' : element.textContent.trim();
    const text = cs.tidy(raw);
    // XPath knows fewer kinds of white space.
    if (text && text.length <= LONGEST_VALUE && !cs.hasDigits(text) && !text.includes('"') && !/[^\S \t\r\n]/u.test(raw)) {
      const alike = [...document.getElementsByTagName(element.localName)].filter((other) => cs.tidy(other.textContent) === text);
      yield { value: `//${tag}[normalize-space(.)="${text}"]`, match_count: alike.length };
    }
    for (const { name, value } of element.attributes) {
      if (!isTelling(element, name, value, false) || name === 'type' || value.includes('"')) continue;
      const match_count = document.querySelectorAll(`${CSS.escape(element.localName)}[${name}="${CSS.escape(value)}"]`).length;
      yield { value: `//${tag}[@${name}="${value}"]`, match_count };
    }
  }

  /**
   * XPath expressions of `element`: one by its words or attributes if that is unique, and its place from the nearest
   * stable id or the document's root. Shadow roots have none.
   * @param {Element} element
   * @returns {{value: string, match_count: number}[]}
   */
  cs.xpathsOf = (element) => {
    if (element.getRootNode() !== document) return [];
    const named = [...telling(element)].find(({ match_count }) => match_count === 1);
    return [...(named ? [named] : []), structure(element)];
  };
})();
