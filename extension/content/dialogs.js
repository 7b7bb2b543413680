/** Dialogs of the browser that the page opened: what they said, and whether they were accepted; never what was answered. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const KINDS = new Set(['alert', 'confirm', 'prompt']);
  const ANSWERS = new Set(['accepted', 'dismissed']);

  function read(detail) {
    try {
      const { kind, message, answer, began } = JSON.parse(detail);
      return KINDS.has(kind) && ANSWERS.has(answer) && Number.isFinite(began) ? { kind, message: String(message), answer, began } : null;
    } catch {
      // Not from us: any script of the page can send an event of that name.
      return null;
    }
  }

  cs.watchDialogs = (exit) => cs.listen(document, ['codesight-dialog'], ({ detail }) => {
    const dialog = read(detail);
    if (!dialog) return;
    const ago = Math.max(0, performance.now() - dialog.began);
    const at = { t_wall: Date.now() - ago, t_mono: performance.now() - ago };
    exit.emit('dialog', { value: { kind: 'dialog', dialog: dialog.kind, text: dialog.message, answer: dialog.answer }, at });
  });
})();
