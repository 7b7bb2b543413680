/** All the ways in which a target can be found again, best first, each with how many elements it finds now. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  /** Counting names on a page of thousands of links would make a click stutter. */
  const COUNT_LIMIT = 800;
  const LONGEST_NAME = 120;
  const LONGEST_TEXT = 80;

  function testId(element, root) {
    const attribute = cs.TEST_ID_ATTRIBUTES.find((name) => element.getAttribute(name));
    if (!attribute) return null;
    const value = element.getAttribute(attribute);
    return { value, match_count: root.querySelectorAll(`[${attribute}="${CSS.escape(value)}"]`).length };
  }

  function countWhere(elements, fits) {
    return elements.slice(0, COUNT_LIMIT).filter(fits).length;
  }

  function role(element, root) {
    const kind = cs.roleOf(element);
    const name = cs.nameOf(element);
    if (!kind || !name || name.length > LONGEST_NAME) return null;
    const match_count = countWhere(cs.withRole(root, kind), (other) => cs.nameOf(other) === name);
    return { value: `${kind}[name=${JSON.stringify(name)}]`, match_count };
  }

  function label(element, root) {
    if (!cs.isField(element)) return null;
    const value = cs.labelOf(element);
    const fields = [...root.querySelectorAll('input,select,textarea,[contenteditable]')];
    if (!value || value.length > LONGEST_NAME) return null;
    return { value, match_count: countWhere(fields, (other) => cs.labelOf(other) === value) };
  }

  function placeholder(element, root) {
    const value = element.getAttribute('placeholder');
    return value ? { value, match_count: root.querySelectorAll(`[placeholder="${CSS.escape(value)}"]`).length } : null;
  }

  function text(element, root) {
    if (cs.isField(element)) return null;
    const value = cs.tidy(element.textContent);
    if (!value || value.length > LONGEST_TEXT) return null;
    const alike = [...root.querySelectorAll(CSS.escape(element.localName))];
    return { value, match_count: countWhere(alike, (other) => cs.tidy(other.textContent) === value) };
  }

  const STRATEGIES = { test_id: testId, role, label, placeholder, text, css: cs.cssOf, xpath: cs.xpathOf };

  /**
   * @param {Element} element
   * @returns {{strategy: string, value: string, match_count: number}[]} what finds nothing is left out
   */
  cs.candidatesOf = (element) => {
    const root = element.getRootNode();
    if (!root.querySelectorAll) return [];
    return Object.entries(STRATEGIES).flatMap(([strategy, find]) => {
      const found = find(element, root);
      return found?.match_count ? [{ strategy, ...found }] : [];
    });
  };
})();
