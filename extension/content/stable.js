/** What of a page's words and names will still be there next week: no generated names, and numbers only as a pattern. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const TOOL = /^(?:css|sc|jss|emotion|styled|ember|react|radix|headlessui|mui|svelte|astro|jsx|ng|v|yui|ext)[-_:]?.*\d/iu;
  const NUMBER = /\d[\d.,]*/gu;
  /** Far beyond what leaves the page: a cut before masking could leave half an e-mail address that no rule knows. */
  const LONGEST = 1000;

  cs.tidy = (text) => (text ?? '').replace(/\s+/gu, ' ').trim().slice(0, LONGEST);

  cs.hasDigits = (text) => /\d/u.test(text);

  function partLooksGenerated(part) {
    if (/\d{4,}/u.test(part)) return true;
    if (part.length < 5) return false;
    const changes = part.match(/[a-z]\d|\d[a-z]|[a-z][A-Z][a-z]?[A-Z]/gu)?.length ?? 0;
    return changes >= 2 || /^[^aeiouy]{5,}$/iu.test(part) || (/^[a-f0-9]{6,}$/iu.test(part) && /\d/u.test(part));
  }

  /** Whether an id or class name was probably made by a tool and changes with the next release. */
  cs.looksGenerated = (name) => (
    /[:«»]/u.test(name) || TOOL.test(name) || name.split(/[-_]+/u).some(partLooksGenerated));

  /** Quotes and ">" would be read as the selector's own by Playwright; spaces stand for any white space. */
  function literal(text) {
    return text.replace(/[.*+?^${}()|[\]\\/]/gu, '\\$&').replace(/["'`>]/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)
      .replaceAll(' ', '\\s+');
  }

  /** The source of a regular expression for `text` with any other numbers in it. */
  function patternOf(text) {
    let source = '';
    let done = 0;
    for (const { 0: number, index } of text.matchAll(NUMBER)) {
      source += `${literal(text.slice(done, index))}\\d[\\d.,]*`;
      done = index + number.length;
    }
    return source + literal(text.slice(done));
  }

  /**
   * The ways of naming a text: with other numbers allowed, and as it stands.
   * @param {string} text
   * @param {boolean} [decorated] a style sheet adds something to it, such as the star of a required field
   * @returns {{value: string, quoted: string, test: (other: string) => boolean, digits: boolean}[]} `value` is the text, or a
   *   regular expression between slashes; `quoted` is the same inside a selector; best first
   */
  cs.wordings = (text, decorated = false) => {
    const exact = { value: text, quoted: JSON.stringify(text), test: (other) => other === text, digits: cs.hasDigits(text) };
    // A text that looks like a regular expression itself is written as one.
    const isAmbiguous = text.startsWith('/');
    if (!exact.digits && !isAmbiguous && !decorated) return [exact];
    const pattern = new RegExp(decorated ? patternOf(text) : `^\\s*${patternOf(text)}\\s*$`, 'u');
    const tolerant = { value: `/${pattern.source}/`, quoted: `/${pattern.source}/`, test: (other) => pattern.test(other), digits: false };
    return isAmbiguous || decorated ? [tolerant] : [tolerant, exact];
  };
})();
