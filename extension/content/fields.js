/** Form fields: what the page says about them, what they hold, and which were private. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const NOT_TYPED = new Set(['button', 'submit', 'reset', 'image', 'hidden']);
  const TYPED = new Set(['text', 'search', 'email', 'tel', 'url', 'password', 'number', 'textarea']);
  const SECRETS_KEPT = 200;

  /** A "show password" button turns the field into a text field; what it holds is a password all the same. */
  const oncePassword = new WeakSet();
  /** Private text fields that were typed into; they live as long as the page. */
  const privateFields = new Set();
  /** What they held when they were left. @type {Map<string, string>} */
  const committed = new Map();

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

  /** To be called whenever a field is met, since its type may be another the next time. */
  cs.noticeField = (element) => {
    if (element.type === 'password') oncePassword.add(element);
  };

  /** What decides whether a field is private; see fieldKind. */
  cs.describeField = (element) => {
    cs.noticeField(element);
    const attribute = (name) => element.getAttribute(name) ?? '';
    return {
      type: element.type ?? 'text', autocomplete: attribute('autocomplete'), name: attribute('name'), id: element.id,
      label: cs.labelOf(element), placeholder: attribute('placeholder'), role: attribute('role'), sticky: oncePassword.has(element),
    };
  };

  /** The text a field holds; of a select what the person sees. */
  cs.textOf = (element) => {
    if (element.localName === 'select') return [...element.selectedOptions].map((option) => cs.tidy(option.label)).join(', ');
    return element.isContentEditable && element.localName !== 'input' ? element.innerText : element.value;
  };

  /** Remembers, in this page only, what a private field holds, so that its echo elsewhere can be masked. */
  cs.rememberSecret = (element) => {
    if (!TYPED.has(element.type ?? 'textarea')) return;
    const kind = cs.fieldKind(cs.describeField(element));
    if (!kind) return;
    privateFields.add(element);
    const text = cs.textOf(element).trim();
    if (text && committed.size < SECRETS_KEPT) committed.set(text, kind);
  };

  /** Marks a field while it is being typed into; its text is read when something leaves the page. */
  cs.watchSecret = (element) => {
    cs.noticeField(element);
    if (TYPED.has(element.type ?? 'textarea') && cs.fieldKind(cs.describeField(element))) privateFields.add(element);
  };

  /** @returns {{value: string, kind: string}[]} everything typed into private fields of this page */
  cs.secrets = () => {
    const now = [...privateFields].map((element) => ({
      value: cs.textOf(element), kind: cs.fieldKind(cs.describeField(element)) ?? 'private',
    }));
    return [...now, ...[...committed].map(([value, kind]) => ({ value, kind }))];
  };

  /** Sees a password field before it changes its type, even if nobody has touched it yet. */
  cs.watchPasswordFields = () => {
    const observer = new MutationObserver((changes) => {
      for (const { target, oldValue } of changes) if (oldValue?.toLowerCase() === 'password') oncePassword.add(target);
    });
    observer.observe(document, { subtree: true, attributes: true, attributeFilter: ['type'], attributeOldValue: true });
    return () => observer.disconnect();
  };
})();
