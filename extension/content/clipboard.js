/** That something was copied, cut or pasted, and where; never what. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  cs.watchClipboard = (exit) => cs.listen(document, ['copy', 'cut', 'paste'], (event) => {
    const hit = cs.deepTarget(event);
    const element = hit && (cs.fieldAt(hit) ?? cs.meant(hit));
    if (element) exit.emit(event.type, { element, trusted: event.isTrusted });
  });
})();
