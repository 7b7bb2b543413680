/** What is typed, chosen and ticked: one event for each finished edit, never one for each key. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  /** After these an edit is over, unless they happen in the very field: hovering or an arrow key does not end it. */
  const ENDS = new Set(['click', 'right_click', 'submit', 'select', 'check', 'file', 'drag', 'navigation']);

  cs.watchInputs = (exit) => {
    /** The field that is being edited, and whether the browser or a person filled it. */
    let editing = null;
    /** What was last sent of a field: leaving it unchanged is not an edit. */
    const sent = new WeakMap();

    function commit(cause = null) {
      if (!editing) return;
      const { element, trusted } = editing;
      editing = null;
      const text = cs.textOf(element);
      if (sent.get(element) === text) return;
      sent.set(element, text);
      cs.rememberSecret(element);
      const filled = element.matches(':autofill') ? 'autofill' : null;
      exit.emit('input', { element, value: { kind: 'field', text }, trusted, cause: cause ?? filled });
    }

    function onInput(event) {
      const element = cs.fieldAt(cs.deepTarget(event));
      if (!element || cs.isToggle(element) || element.localName === 'select' || element.type === 'file') return;
      cs.watchSecret(element);
      if (editing && editing.element !== element) commit();
      editing = { element, trusted: event.isTrusted };
    }

    function onChange(event) {
      const element = event.target;
      if (element.localName === 'select') {
        exit.emit('select', { element, value: { kind: 'field', text: cs.textOf(element) }, trusted: event.isTrusted });
      } else if (cs.isToggle(element)) {
        exit.emit('check', { element, value: { kind: 'checked', text: String(element.checked) }, trusted: event.isTrusted });
      } else if (element.type === 'file') {
        exit.emit('file', { element, value: { kind: 'files', count: element.files.length }, trusted: event.isTrusted });
      } else if (cs.isField(element)) {
        if (editing && editing.element !== element) commit();
        editing = { element, trusted: event.isTrusted };
        commit();
      }
    }

    function onFocusIn(event) {
      const element = cs.fieldAt(cs.deepTarget(event));
      if (!element) return;
      // What the page itself put there is not the person's edit.
      if (!sent.has(element) && element.localName !== 'select') sent.set(element, cs.textOf(element));
    }

    /** What the browser filled in by itself goes out with the form as well. */
    function onSubmit({ target }) {
      for (const element of target.elements ?? []) if (element.value) cs.rememberSecret(element);
    }

    const leave = () => commit();
    exit.before((type, element) => {
      if (ENDS.has(type) && editing?.element !== element) commit();
    });
    const stops = [
      cs.inEveryRoot((root) => {
        const ends = [
          cs.listen(root, ['change'], onChange), cs.listen(root, ['focusout'], leave), cs.listen(root, ['submit'], onSubmit),
        ];
        return () => ends.forEach((stop) => stop());
      }),
      cs.listen(document, ['input'], onInput),
      cs.listen(document, ['focusin'], onFocusIn),
      cs.listen(window, ['pagehide'], leave),
    ];
    return { commit, stop: () => stops.forEach((stop) => stop()) };
  };
})();
