/** Keys that do something: Enter, Escape, Tab, arrows, shortcuts. Never a character that is typed. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const NAMED = new Set(['Enter', 'Escape', 'Tab', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);
  const MODIFIERS = { ctrlKey: 'Control', altKey: 'Alt', shiftKey: 'Shift', metaKey: 'Meta' };

  /**
   * How a key press is written ("Enter", "Shift+Tab", "Control+c"), or null for one that is not recorded.
   * @param {KeyboardEvent} event
   */
  cs.keyName = (event) => {
    const shortcut = (event.ctrlKey || event.metaKey) && !event.altKey && !event.getModifierState('AltGraph');
    const letter = /^[a-z0-9]$/iu.test(event.key);
    // 229: some input methods say only by this number that the key chooses a word.
    if (event.isComposing || event.keyCode === 229 || !(NAMED.has(event.key) || (shortcut && letter))) return null;
    const held = Object.entries(MODIFIERS).filter(([flag]) => event[flag]).map(([, name]) => name);
    return [...held, letter ? event.key.toLowerCase() : event.key].join('+');
  };

  const LIST_KEYS = new Set(['ArrowUp', 'ArrowDown']);
  const hasLines = (element) => element.localName === 'textarea' || element.isContentEditable;

  cs.watchKeys = (exit, commitInput) => {
    let enterAt = -Infinity;

    function onKey(event) {
      if (event.repeat) return;
      const text = cs.keyName(event);
      const element = cs.deepTarget(event);
      if (!text || !element) return;
      if (event.key === 'Enter') {
        enterAt = performance.now();
        // In a text area Enter is one more line, not the end of the edit.
        if (!hasLines(element)) commitInput('enter');
      }
      // Up and down go into a list of suggestions, which then change the text that was typed.
      if (LIST_KEYS.has(event.key) && !hasLines(element)) commitInput();
      if (event.key === 'Tab') commitInput();
      const target = cs.fieldAt(element) ?? cs.meant(element);
      exit.emit('key', { element: target, value: { kind: 'key', text }, trusted: event.isTrusted });
    }

    return {
      enterPressedWithin: (ms) => performance.now() - enterAt < ms,
      stop: cs.listen(document, ['keydown'], onKey),
    };
  };
})();
