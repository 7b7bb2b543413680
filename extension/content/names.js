/** Role, accessible name and label: how a person, or a screen reader, would call an element. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  /** Far beyond what leaves the page: a cut before masking could leave half an e-mail address that no rule knows. */
  const LONGEST = 1000;

  cs.tidy = (text) => (text ?? '').replace(/\s+/gu, ' ').trim().slice(0, LONGEST);

  const INPUT_ROLES = {
    button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider',
    number: 'spinbutton', search: 'searchbox', email: 'textbox', tel: 'textbox', text: 'textbox', url: 'textbox',
  };
  const TAG_ROLES = {
    button: 'button', summary: 'button', textarea: 'textbox', option: 'option', img: 'img', nav: 'navigation', form: 'form',
    dialog: 'dialog', li: 'listitem', h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading', iframe: 'iframe',
  };
  const NAMED_BY_CONTENT = new Set([
    'button', 'link', 'option', 'tab', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'heading', 'checkbox', 'radio', 'switch',
    'cell', 'gridcell', 'treeitem',
  ]);
  /** Where elements of a role are looked for when a name's matches are counted. */
  const ROLE_SELECTORS = {
    button: 'button,summary,input[type=button],input[type=submit],input[type=reset],input[type=image]', link: 'a[href],area[href]',
    textbox: 'input,textarea', searchbox: 'input[type=search]', checkbox: 'input[type=checkbox]', radio: 'input[type=radio]',
    combobox: 'select,input[list]', listbox: 'select', slider: 'input[type=range]', spinbutton: 'input[type=number]',
    option: 'option', img: 'img', heading: 'h1,h2,h3,h4',
  };

  /** The ARIA role, or '' for an element that has none. */
  cs.roleOf = (element) => {
    const explicit = element.getAttribute('role')?.trim().split(/\s+/u)[0];
    if (explicit) return explicit;
    const tag = element.localName;
    if (tag === 'a' || tag === 'area') return element.hasAttribute('href') ? 'link' : '';
    if (tag === 'select') return element.multiple || element.size > 1 ? 'listbox' : 'combobox';
    if (tag === 'input') return element.list ? 'combobox' : INPUT_ROLES[element.type] ?? '';
    return TAG_ROLES[tag] ?? (element.isContentEditable ? 'textbox' : '');
  };

  /** What a label says beside the field that it may enclose. */
  function labelText(label) {
    const copy = label.cloneNode(true);
    for (const control of copy.querySelectorAll('input,select,textarea,button,script,style')) control.remove();
    return cs.tidy(copy.textContent);
  }

  function referenced(element) {
    const root = element.getRootNode();
    const ids = element.getAttribute('aria-labelledby')?.split(/\s+/u) ?? [];
    return cs.tidy(ids.map((id) => root.getElementById?.(id)?.textContent ?? '').join(' '));
  }

  /** The label of a form field as a person sees it, or ''. */
  cs.labelOf = (element) => {
    const labels = element.labels ? [...element.labels].map(labelText).filter(Boolean).join(' ') : '';
    return cs.tidy(labels || referenced(element) || element.getAttribute('aria-label'));
  };

  function contentName(element) {
    const pictures = [...element.querySelectorAll('img[alt],svg[aria-label],[aria-label]')]
      .map((picture) => picture.getAttribute('alt') || picture.getAttribute('aria-label'));
    return cs.tidy(element.textContent) || cs.tidy(pictures.join(' ')) || cs.tidy(element.querySelector('svg title')?.textContent);
  }

  /** The accessible name, after the essentials of https://www.w3.org/TR/accname-1.2/. */
  cs.nameOf = (element) => {
    const said = referenced(element) || cs.tidy(element.getAttribute('aria-label'));
    if (said) return said;
    if (element.localName === 'input' && ['submit', 'button', 'reset'].includes(element.type)) {
      return cs.tidy(element.value) || { submit: 'Submit', reset: 'Reset', button: '' }[element.type];
    }
    const name = cs.labelOf(element) || element.getAttribute('alt') || '';
    if (name) return cs.tidy(name);
    if (NAMED_BY_CONTENT.has(cs.roleOf(element)) && !element.isContentEditable) {
      const content = contentName(element);
      if (content) return content;
    }
    return cs.tidy(element.getAttribute('title') || element.getAttribute('placeholder'));
  };

  /** Elements in `root` that may have this role. */
  cs.withRole = (root, role) => {
    const plain = ROLE_SELECTORS[role];
    const explicit = `[role="${CSS.escape(role)}"]`;
    return [...root.querySelectorAll(plain ? `${plain},${explicit}` : explicit)].filter((other) => cs.roleOf(other) === role);
  };
})();
