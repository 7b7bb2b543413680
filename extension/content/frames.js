/** Where in the tab's frames this document stands, and whether this page is recorded at all. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  cs.isTop = window === window.top;

  function addressOf(frame) {
    try {
      return frame.location.origin + frame.location.pathname;
    } catch {
      return null;
    }
  }

  function elementOf(frame) {
    try {
      return frame.frameElement;
    } catch {
      return null;
    }
  }

  /** What is known of a frame whose element is out of reach: its address, or that it has none. */
  function stepOf(frame, up) {
    const address = addressOf(frame) ?? `${location.ancestorOrigins[up - 1] ?? ''}/`;
    if (/^https?:/u.test(address)) return address;
    return frame === window && location.href === 'about:srcdoc' ? 'iframe[srcdoc]' : 'iframe';
  }

  /** A step for each frame from the top down: the iframe's selector, or the frame's address where it is out of reach. */
  cs.framePath = () => {
    const steps = [];
    for (let frame = window, up = 0; frame !== window.top; frame = frame.parent, up += 1) {
      const element = elementOf(frame);
      steps.unshift(element ? cs.cssOf(element).value : stepOf(frame, up));
    }
    return steps;
  };

  /** The address of the page; a frame without one of its own (about:blank, srcdoc) belongs to its parent's. */
  cs.pageUrl = () => {
    let frame = window;
    while (frame !== window.top && /^about:/u.test(frame.location.href)) {
      if (!addressOf(frame.parent)) break;
      frame = frame.parent;
    }
    // A sandboxed one cannot see its parent, but still resolves links against its address.
    return frame === window && /^about:/u.test(frame.location.href) ? document.baseURI : frame.location.href;
  };

  /**
   * Whether this page may be recorded: the recorder's own pages are not, the practice shop on the same server is.
   * A frame is judged by the page around it, as far as that can be seen from here (the background sees the rest).
   * @param {string | null} server origin of the paired server
   */
  cs.isRecordedPage = (server) => {
    let frame = window;
    while (frame !== window.top && addressOf(frame.parent)) frame = frame.parent;
    return frame.location.origin !== server || frame.location.pathname.startsWith('/practice-shop/');
  };
})();
