/** Short CSS and XPath addresses of elements, built of what a developer wrote rather than of what a tool generated. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const NAMING = ['data-testid', 'data-test', 'data-test-id', 'data-qa', 'data-cy'];
  const TELLING = [...NAMING, 'name', 'aria-label', 'placeholder', 'alt', 'title', 'for', 'href', 'type', 'value', 'role'];
  const TOOL = /^(?:css|sc|jss|emotion|styled|ember|react|radix|headlessui|mui|svelte|astro|jsx|ng|v|yui|ext)[-_:]?.*\d/iu;

  cs.TEST_ID_ATTRIBUTES = NAMING;

  function partLooksGenerated(part) {
    if (/\d{4,}/u.test(part)) return true;
    if (part.length < 5) return false;
    const changes = part.match(/[a-z]\d|\d[a-z]|[a-z][A-Z][a-z]?[A-Z]/gu)?.length ?? 0;
    return changes >= 2 || /^[^aeiouy]{5,}$/iu.test(part) || (/^[a-f0-9]{6,}$/iu.test(part) && /\d/u.test(part));
  }

  /** Whether an id or class name was probably made by a tool and changes with the next release. */
  cs.looksGenerated = (name) => (
    /[:«»]/u.test(name) || TOOL.test(name) || name.split(/[-_]+/u).some(partLooksGenerated));

  const quote = (value) => `"${value.replace(/["\\]/gu, '\\$&').replace(/\n/gu, '\\a ')}"`;

  function count(root, selector) {
    return root.querySelectorAll(selector).length;
  }

  /** Selectors of one element by itself, most telling first. */
  function* ownSelectors(element) {
    const tag = CSS.escape(element.localName);
    if (element.id && !cs.looksGenerated(element.id)) yield `#${CSS.escape(element.id)}`;
    for (const name of TELLING) {
      // A field's value attribute can hold what a person typed on an earlier page.
      if (name === 'value' && !['radio', 'checkbox', 'submit', 'button'].includes(element.type)) continue;
      const value = element.getAttribute(name);
      if (value && value.length <= 80) yield `${tag}[${name}=${quote(value)}]`;
    }
    const classes = [...element.classList].filter((name) => !cs.looksGenerated(name)).slice(0, 4);
    for (const name of classes) yield `${tag}.${CSS.escape(name)}`;
    if (classes.length > 1) yield tag + classes.map((name) => `.${CSS.escape(name)}`).join('');
  }

  function place(element) {
    const tag = CSS.escape(element.localName);
    const twins = [...(element.parentNode?.children ?? [])].filter((other) => other.localName === element.localName);
    return twins.length > 1 ? `${tag}:nth-of-type(${twins.indexOf(element) + 1})` : tag;
  }

  /** The nearest ancestor-or-self that names itself, and places from there down. */
  function anchored(element, root) {
    const steps = [];
    for (let at = element; at && at !== root && at.nodeType === Node.ELEMENT_NODE; at = at.parentNode) {
      for (const own of ownSelectors(at)) {
        if (count(root, own) === 1) return [own, ...steps].join(' > ');
      }
      steps.unshift(place(at));
      const sofar = steps.join(' > ');
      if (steps.length > 1 && count(root, sofar) === 1) return sofar;
    }
    return steps.join(' > ');
  }

  /**
   * A CSS selector of `element` within its document or shadow root.
   * @param {Element} element
   * @returns {{value: string, match_count: number}}
   */
  cs.cssOf = (element) => {
    const root = element.getRootNode();
    const value = root.querySelectorAll ? anchored(element, root) : place(element);
    return { value, match_count: root.querySelectorAll ? count(root, value) : 1 };
  };

  function xpathStep(element) {
    const twins = [...(element.parentNode?.children ?? [])].filter((other) => other.localName === element.localName);
    // SVG has a namespace of its own, which a bare name does not match.
    const plain = element.namespaceURI === 'http://www.w3.org/1999/xhtml';
    const name = plain ? element.localName : `*[local-name()="${element.localName}"]`;
    return twins.length > 1 ? `${name}[${twins.indexOf(element) + 1}]` : name;
  }

  /**
   * An XPath from the nearest stable id, or from the document's root. Shadow roots have none.
   * @returns {{value: string, match_count: number} | null}
   */
  cs.xpathOf = (element) => {
    if (element.getRootNode() !== document) return null;
    const steps = [];
    let at = element;
    while (at?.nodeType === Node.ELEMENT_NODE && !(at.id && !cs.looksGenerated(at.id) && !at.id.includes('"'))) {
      steps.unshift(xpathStep(at));
      at = at.parentNode;
    }
    const anchor = at?.nodeType === Node.ELEMENT_NODE ? `//*[@id="${at.id}"]` : '';
    const value = steps.length ? `${anchor}/${steps.join('/')}` : anchor;
    const found = document.evaluate(`count(${value})`, document, null, XPathResult.NUMBER_TYPE, null);
    return { value, match_count: found.numberValue };
  };
})();
