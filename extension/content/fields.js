/** Form fields: what the page says about them, what they hold, and which were private. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const NOT_TYPED = new Set(['button', 'submit', 'reset', 'image', 'hidden']);
  const TYPED = new Set(['text', 'search', 'email', 'tel', 'url', 'password', 'number', 'textarea']);
  const SECRETS_KEPT = 200;

  const FIELDS = 'input,textarea';
  const FIELDS_SEEN = 300;

  /** Private text fields that were typed into, also in closed shadow roots; they live as long as the page. */
  const privateFields = new Set();
  /** What they held when they were left. @type {Map<string, string>} */
  const committed = new Map();
  /** Kinds by what the page says of a field: to read its label anew for each event would take too long. */
  const kinds = new WeakMap();

  cs.isField = (element) => (
    (element.localName === 'input' && !NOT_TYPED.has(element.type))
    || element.localName === 'textarea' || element.localName === 'select' || element.isContentEditable === true);

  cs.isToggle = (element) => element.localName === 'input' && (element.type === 'checkbox' || element.type === 'radio');

  /** The element that holds the text: the outermost one of a rich editor. */
  cs.fieldAt = (element) => {
    let at = element;
    while (at?.isContentEditable && at.parentElement?.isContentEditable) at = at.parentElement;
    return at && cs.isField(at) ? at : null;
  };

  /** What decides whether a field is private; see fieldKind. */
  cs.describeField = (element) => {
    const attribute = (name) => element.getAttribute(name) ?? '';
    return {
      type: element.type ?? 'text', autocomplete: attribute('autocomplete'), name: attribute('name'), id: element.id,
      label: cs.labelOf(element), placeholder: attribute('placeholder'), role: attribute('role'), sticky: cs.wasPassword(element),
      unseen: cs.wasFilledBefore(element),
    };
  };

  function kindOf(element) {
    const said = ['type', 'autocomplete', 'name', 'id', 'placeholder', 'aria-label'].map((name) => element.getAttribute(name));
    const key = JSON.stringify([...said, cs.wasPassword(element), cs.wasFilledBefore(element)]);
    if (kinds.get(element)?.key !== key) kinds.set(element, { key, kind: cs.fieldKind(cs.describeField(element)) });
    return kinds.get(element).kind;
  }

  const isTypedInto = (element) => TYPED.has(element.type ?? 'textarea');

  /** Whether what a field holds, and how long it is, is nobody's business. */
  cs.isPrivateField = (element) => cs.isField(element) && kindOf(element) !== null;

  /** The text a field holds; of a select what the person sees. */
  cs.textOf = (element) => {
    if (element.localName === 'select') return [...element.selectedOptions].map((option) => cs.tidy(option.label)).join(', ');
    return element.isContentEditable && element.localName !== 'input' ? element.innerText : element.value;
  };

  /**
   * Remembers what a private field holds, so that its echo elsewhere can be masked: in this page, and in the next ones
   * by the background, which writes it down nowhere.
   */
  cs.rememberSecret = (element) => {
    const kind = isTypedInto(element) ? kindOf(element) : null;
    if (!kind) return;
    privateFields.add(element);
    const value = cs.textOf(element).trim();
    if (value && committed.get(value) !== kind && committed.size < SECRETS_KEPT) {
      committed.set(value, kind);
      const action = element.form?.getAttribute('action') ?? '';
      const sites = [...new Set([location.origin, cs.originOf(action, document.baseURI)])].filter(Boolean);
      // A worker that is just being stopped hears of it with the next field; the page itself knows anyway.
      if (cs.isAlive()) cs.ask({ kind: 'private', value, of: kind, name: element.getAttribute('name') ?? '', sites }).catch(() => undefined);
    }
  };

  /** Marks a field while it is being typed into; its text is read when something leaves the page. */
  cs.watchSecret = (element) => {
    if (isTypedInto(element) && kindOf(element)) privateFields.add(element);
  };

  /** @returns {{value: string, kind: string}[]} everything in private fields of this page, whoever put it there and when */
  cs.secrets = () => {
    const filled = cs.findAll(document, FIELDS).slice(0, FIELDS_SEEN).filter((element) => element.value !== '' && isTypedInto(element));
    const now = [...new Set([...privateFields, ...filled])].map((element) => ({ value: cs.textOf(element), kind: kindOf(element) }));
    return [...now.filter(({ kind }) => kind), ...[...committed].map(([value, kind]) => ({ value, kind }))];
  };
})();
