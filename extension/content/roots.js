/** Where an event really happened: through open and closed shadow roots, up to what the person meant to hit. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const INTERACTIVE = 'a[href],area[href],button,input,select,textarea,summary,label,option,video,audio,iframe,'
    + '[role=button],[role=link],[role=checkbox],[role=radio],[role=switch],[role=tab],[role=menuitem],[role=menuitemradio],'
    + '[role=menuitemcheckbox],[role=option],[role=combobox],[role=slider],[role=textbox],[role=searchbox],[role=treeitem],'
    + '[onclick],[contenteditable=""],[contenteditable=true],[tabindex]:not([tabindex="-1"])';

  function rootOf(element) {
    // It throws on anything but an HTML element, such as a drawing inside a button.
    return element instanceof HTMLElement ? chrome.dom.openOrClosedShadowRoot(element) : null;
  }

  /**
   * The innermost element of an event. To be called before anything is awaited: a dispatched event forgets its path.
   * @param {Event} event
   * @returns {Element | null}
   */
  cs.deepTarget = (event) => {
    let at = event.composedPath()[0];
    while (at?.nodeType === Node.ELEMENT_NODE) {
      const root = rootOf(at);
      const pointed = 'clientX' in event && (event.clientX || event.clientY);
      const inner = root && (pointed ? root.elementFromPoint(event.clientX, event.clientY) : root.activeElement);
      if (!inner || inner === at || inner.getRootNode() !== root) break;
      at = inner;
    }
    if (at?.nodeType === Node.TEXT_NODE) at = at.parentElement;
    return at?.nodeType === Node.ELEMENT_NODE ? at : null;
  };

  /** How long a look for a page's components holds: on a page of 50,000 elements it takes three milliseconds. */
  const COMPONENTS_HOLD = 2_000;
  let components = { root: null, at: -Infinity, roots: [] };

  function openRoots(root) {
    const roots = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) {
      const { shadowRoot } = walker.currentNode;
      if (shadowRoot) roots.push(shadowRoot, ...openRoots(shadowRoot));
    }
    return roots;
  }

  function rootsBelow(root) {
    if (components.root !== root || performance.now() - components.at > COMPONENTS_HOLD) {
      components = { root, at: performance.now(), roots: openRoots(root) };
    }
    return [root, ...components.roots];
  }

  /** Elements in `root` and in the open shadow roots below it: that is where other tools look for one, too. */
  cs.findAll = (root, selector) => rootsBelow(root).flatMap((one) => [...one.querySelectorAll(selector)]);

  /** The interactive element that encloses `element`, or null. */
  cs.interactive = (element) => element.closest(INTERACTIVE);

  /** What a click on `element` was meant for: never the icon inside the button. */
  cs.meant = (element) => cs.interactive(element) ?? element.closest('svg')?.parentElement ?? element;

  /**
   * Runs `listen` for the document and for every shadow root the person gets to: change, submit and scroll do not
   * leave the root they happen in.
   * @param {(root: Document | ShadowRoot) => () => void} listen returns its own stop
   */
  cs.inEveryRoot = (listen) => {
    const stops = new Map([[document, listen(document)]]);
    const adopt = (event) => {
      for (let root = cs.deepTarget(event)?.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
        if (!stops.has(root)) stops.set(root, listen(root));
      }
    };
    const stop = cs.listen(document, ['pointerover', 'pointerdown', 'focusin', 'keydown'], adopt);
    return () => {
      stop();
      for (const end of stops.values()) end();
    };
  };

  /** Listens in the capture phase, before a page can stop the event. */
  cs.listen = (target, types, handler) => {
    for (const type of types) target.addEventListener(type, handler, { capture: true, passive: true });
    return () => {
      for (const type of types) target.removeEventListener(type, handler, { capture: true });
    };
  };
})();
