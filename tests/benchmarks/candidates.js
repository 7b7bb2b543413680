/** Measures in a page, beside the content scripts and Playwright's own `playwright` object: see candidates.py. */
(() => {
  const cs = globalThis.codesightContent;
  const USED = 'a[href],button,input,select,textarea,summary,[role=button],[role=tab],[role=menuitem],[tabindex],[contenteditable=true]';
  const KEPT = new Set(['type', 'style', 'width', 'height', 'viewBox', 'd', 'r', 'cx', 'cy', 'tabindex', 'maxlength']);
  /** Whose children are words or have a fixed order. */
  const CLOSED = 'a,button,label,select,svg,svg *,head,head *,h1,h2,h3,h4,p,summary,tr,html';

  const everything = (root = document) => [...root.querySelectorAll('*')].flatMap((one) => (
    one.shadowRoot ? [one, ...everything(one.shadowRoot)] : [one]));
  const interactive = () => everything().filter((one) => one.matches(USED) && one.checkVisibility({ visibilityProperty: true }));

  function hostsOf(element, address) {
    const path = [];
    for (let root = element.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) path.unshift(address(root.host));
    return path;
  }

  function finderOf(element) {
    const root = element.getRootNode();
    return globalThis.codesightVendor.finder.finder(element, root === document ? {} : { root });
  }

  const mutations = {
    classes() {
      for (const one of everything()) {
        const names = [...one.classList].map((name) => (/[\d_]|^(?:css|sc)-|[a-z][A-Z]/u.test(name) ? `${name.slice(0, 2)}-${Math.random().toString(36).slice(2, 8)}` : name));
        if (names.length) one.setAttribute('class', names.join(' '));
      }
    },
    siblings() {
      for (const parent of everything().filter((one) => one.childElementCount > 1 && !one.matches(CLOSED))) {
        const children = [...parent.children].filter((child) => child.localName !== 'legend');
        for (const child of children.filter((_, i) => i % 2 === 0)) {
          const tag = /^(?:li|tr|div|section|article|fieldset|ul)$/u.test(child.localName) ? child.localName : 'div';
          const added = document.createElement(tag);
          added.innerHTML = tag === 'tr' ? '<td>Sponsored</td>' : 'Sponsored';
          child.before(added);
        }
      }
    },
    digits() {
      const other = (text) => text.replace(/\d/gu, (digit) => (Number(digit) + 3) % 10);
      for (const one of everything()) {
        for (const { name, value } of one.attributes) if (!KEPT.has(name) && /\d/u.test(value)) one.setAttribute(name, other(value));
        if (one.localName === 'script' || one.localName === 'style') continue;
        for (const child of one.childNodes) if (child.nodeType === Node.TEXT_NODE && /\d/u.test(child.data)) child.data = other(child.data);
      }
    },
  };

  /** The elements as they stood before anything was changed: mutations keep them. */
  const elements = interactive();

  globalThis.measure = {
    describe: () => elements.map((element) => ({
      tag: element.localName,
      attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      shadow_path: hostsOf(element, (host) => cs.cssOf(host).value),
      candidates: cs.candidatesOf(element),
      playwright: globalThis.playwright.selector(element),
      finder: [...hostsOf(element, finderOf), finderOf(element)].join(' >> '),
    })),
    mutate: (name) => mutations[name](),
    /** Whether each selector of each element finds that element and no other. */
    right: (selectors) => selectors.map((list, i) => list.map((selector) => {
      const found = globalThis.playwright.$$(selector);
      return found.length === 1 && found[0] === elements[i];
    })),
  };
})();
