/** Role, accessible name and label: how a person, or a screen reader, would call an element. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const { accessibility } = globalThis.codesightVendor;
  const TYPED_INTO = 'input:not([type=button]):not([type=submit]):not([type=reset]):not([type=image]),select,textarea';
  /** Elements of a role, where they are looked for when a name's matches are counted. */
  const ROLE_SELECTORS = {
    button: 'button,input[type=button],input[type=submit],input[type=reset],input[type=image],input[type=file]', link: 'a[href],area[href]',
    textbox: 'input,textarea', searchbox: 'input[type=search]', checkbox: 'input[type=checkbox]', radio: 'input[type=radio]',
    combobox: 'select,input[list]', listbox: 'select,datalist', slider: 'input[type=range]', spinbutton: 'input[type=number]',
    option: 'option', img: 'img', heading: 'h1,h2,h3,h4,h5,h6',
  };
  const DECORATED_PARTS = 30;
  const NAMES_COMPUTED = 40;
  const LOOKED_AT = 500;
  const NAMED_BY_CONTENT = new Set(['button', 'a', 'option', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
  /** What gives an element a name other than its words, on itself or inside. */
  const NAMING = '[aria-label],[aria-labelledby],[alt],[title],svg,slot,input';
  /** It hides from the name of a label or row what somebody typed into a field inside of it. */
  const HIDDEN = { getPropertyValue: (name) => (name === 'display' ? 'none' : '') };

  /** The ARIA role, or '' for an element that has none. */
  cs.roleOf = (element) => accessibility.getRole(element) || (element.isContentEditable ? 'textbox' : '');

  /** The role by which Playwright finds the element: ARIA gives none to a summary, and none to most kinds of input. */
  cs.sharedRole = (element) => {
    if (element.localName === 'summary' && !element.hasAttribute('role')) return '';
    const role = accessibility.getRole(element) ?? '';
    if (role || element.localName !== 'input') return role;
    return { hidden: '', file: 'button' }[element.type] ?? 'textbox';
  };

  /** Whether a style sheet adds words or signs to what names the element. */
  cs.isDecorated = (element) => {
    const parts = [element, ...element.labels ?? []].flatMap((one) => [one, ...one.querySelectorAll('*')]).slice(0, DECORATED_PARTS);
    return parts.some((part) => ['::before', '::after'].some((pseudo) => (
      !['none', 'normal', '""'].includes(getComputedStyle(part, pseudo).content))));
  };

  /**
   * The library drops white space at the edges of inline elements, so that "Page <b>2</b>" becomes "Page2": put back
   * what stands in the page.
   */
  function respaced(name, raw) {
    const letters = (text) => text.replace(/\s/gu, '');
    if (letters(name) !== letters(raw)) return name;
    let out = '';
    for (let i = 0, j = 0; i < name.length || j < raw.length;) {
      const gap = /^\s*/u;
      const before = i + j;
      i += gap.exec(name.slice(i))[0].length;
      j += gap.exec(raw.slice(j))[0].length;
      if (i + j > before) out += ' ';
      out += raw[j] ?? '';
      i += 1;
      j += 1;
    }
    return out.trim();
  }

  /**
   * The accessible name (https://www.w3.org/TR/accname-1.2/), without the content of fields inside the element.
   * @param {Element} element
   * @returns {string}
   */
  cs.nameOf = (element) => {
    const name = cs.tidy(accessibility.computeAccessibleName(element, {
      computedStyleSupportsPseudoElements: false,
      getComputedStyle: (node, pseudo) => (
        node !== element && node.matches(TYPED_INTO) ? HIDDEN : getComputedStyle(node, pseudo)),
    }));
    const sources = element.hasAttribute('aria-labelledby') ? referencesOf(element) : [...element.labels ?? []];
    return respaced(name, sources.length ? sources.map((one) => one.textContent).join(' ') : element.textContent);
  };

  /** The name if it can be read off without a look at styles, else null. */
  function plainName(element, labelled) {
    // `element.labels` searches the whole page, for each element again.
    if (element.hasAttribute('aria-labelledby') || labelled.has(element.id) || element.closest('label')) return null;
    const said = element.getAttribute('aria-label');
    if (said?.trim()) return cs.tidy(said);
    const isBare = element.childElementCount === 0 && NAMED_BY_CONTENT.has(element.localName) && !element.hasAttribute('title');
    return isBare && element.textContent.trim() ? cs.tidy(element.textContent) : null;
  }

  /**
   * Those of `elements` whose name fits. Computing thousands of names would make a click stutter: beyond a limit a name
   * that may fit is taken to do so, and a candidate for less telling than it is.
   * @param {Element[]} elements
   * @param {string} name the one wanted, for a quick look whether its first word is there at all
   * @param {(name: string) => boolean} fits
   */
  cs.named = (elements, name, fits) => {
    const [word] = /[\p{L}\p{M}]+/u.exec(name) ?? [''];
    const labelled = new Set([...document.querySelectorAll('label[for]')].map((label) => label.htmlFor));
    let computed = 0;
    return elements.filter((element) => {
      const plain = plainName(element, labelled);
      if (plain !== null ? !fits(plain) : !mayBeNamed(element, word)) return false;
      if (plain === null) computed += 1;
      if (computed > NAMES_COMPUTED || elements.length > LOOKED_AT) return true;
      return (plain !== null || fits(cs.nameOf(element))) && cs.isShown(element);
    });
  };

  /** Whether a word may be in an element's name, by a look that is cheaper than to compute it. */
  function mayBeNamed(element, word) {
    return !word || cs.isField(element) || element.textContent.includes(word) || element.matches(NAMING)
      || element.querySelector(NAMING) !== null;
  }

  /** What a label says beside the field that it may enclose. */
  function labelText(label) {
    const copy = label.cloneNode(true);
    for (const control of copy.querySelectorAll('input,select,textarea,button,script,style')) control.remove();
    return cs.tidy(copy.textContent);
  }

  function referencesOf(element) {
    const ids = element.getAttribute('aria-labelledby')?.split(/\s+/u) ?? [];
    return ids.map((id) => element.getRootNode().getElementById?.(id)).filter(Boolean);
  }

  const referenced = (element) => cs.tidy(referencesOf(element).map((one) => one.textContent).join(' '));

  /** What other tools take for an element's labels: the words of each label with everything in it. */
  cs.labelsOf = (element) => {
    const references = referencesOf(element);
    const said = cs.tidy(element.getAttribute('aria-label'));
    if (references.length || !said) return (references.length ? references : [...element.labels ?? []]).map((one) => cs.tidy(one.textContent));
    return [said];
  };

  /** The label of a form field as a person sees it, or ''. */
  cs.labelOf = (element) => {
    const labels = element.labels ? [...element.labels].map(labelText).filter(Boolean).join(' ') : '';
    return cs.tidy(labels || referenced(element) || element.getAttribute('aria-label'));
  };

  /** Whether a person, with or without a screen, can meet the element now. */
  cs.isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[aria-hidden="true"]');

  /**
   * Elements in `root` that have this role.
   * @returns {Element[]}
   */
  cs.withRole = (root, role) => {
    const plain = ROLE_SELECTORS[role];
    const explicit = `[role="${CSS.escape(role)}"]`;
    return cs.findAll(root, plain ? `${plain},${explicit}` : explicit).filter((other) => cs.sharedRole(other) === role);
  };
})();
