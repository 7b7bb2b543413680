/**
 * Runs among the page's own scripts: only there can be seen that it opens a dialog of the browser. The functions stay
 * what they are to the page; only the content script hears of the call, and of the answer's kind, never of its words.
 */
(() => {
  const KINDS = ['alert', 'confirm', 'prompt'];
  const answerOf = { alert: () => 'accepted', confirm: (ok) => (ok ? 'accepted' : 'dismissed'), prompt: (text) => (text === null ? 'dismissed' : 'accepted') };
  const { dispatchEvent } = EventTarget.prototype;
  const { apply } = Reflect;

  for (const kind of KINDS) {
    window[kind] = new Proxy(window[kind], {
      apply(target, self, words) {
        const began = performance.now();
        const answer = apply(target, self, words);
        // Without a person's time nothing was shown: the browser suppresses dialogs of pages nobody looks at.
        const detail = JSON.stringify({ kind, message: String(words[0] ?? ''), answer: answerOf[kind](answer), began });
        apply(dispatchEvent, document, [new CustomEvent('codesight-dialog', { detail })]);
        return answer;
      },
    });
  }
})();
