/** Builds an event as docs/protocol.md describes it, without the numbers that only the background knows. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const ATTRIBUTES = [
    'id', 'name', 'type', 'role', 'href', 'src', 'action', 'alt', 'title', 'placeholder', 'aria-label', 'autocomplete', 'for',
    ...cs.TEST_ID_ATTRIBUTES,
  ];

  function attributesOf(element) {
    const present = ATTRIBUTES.filter((name) => element.hasAttribute(name));
    return Object.fromEntries(present.map((name) => [name, element.getAttribute(name)]));
  }

  /** An element as it is now, with every way of finding it again. */
  cs.describe = (element) => {
    const box = element.getBoundingClientRect();
    return {
      tag: element.localName,
      role: cs.roleOf(element),
      name: cs.nameOf(element),
      // What a field holds is a value, never page text.
      text: cs.isField(element) ? '' : cs.tidy(element.innerText ?? element.textContent),
      attributes: attributesOf(element),
      candidates: cs.candidatesOf(element),
      bbox: { x: box.x, y: box.y, w: box.width, h: box.height },
    };
  };

  function shadowPath(element) {
    const path = [];
    for (let root = element.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
      path.unshift(cs.cssOf(root.host).value);
    }
    return path;
  }

  cs.modifiersOf = (event) => ['alt', 'ctrl', 'meta', 'shift'].filter((name) => event[`${name}Key`]);

  /** Where a pointer event happened, relative to the viewport, the page and the element. */
  cs.pointerOf = (event, element) => {
    const box = element.getBoundingClientRect();
    return {
      x: event.clientX, y: event.clientY, page_x: event.pageX, page_y: event.pageY,
      offset_x: event.clientX - box.x, offset_y: event.clientY - box.y,
      button: Math.max(0, event.button), modifiers: cs.modifiersOf(event),
    };
  };

  /**
   * @param {string} type
   * @param {{element?: Element | null, pointer?: object, value?: object, trusted?: boolean, cause?: string | null,
   *          at?: {t_wall: number, t_mono: number}}} [about] `at`: when it happened, if not now
   */
  cs.buildEvent = (type, { element = null, pointer = null, value = null, trusted = true, cause = null, at } = {}) => ({
    client_event_id: cs.newEventId(), type,
    t_wall: at?.t_wall ?? Date.now(), t_mono: at?.t_mono ?? performance.now(),
    frame_path: cs.framePath(), shadow_path: element ? shadowPath(element) : [],
    url: cs.pageUrl(), title: document.title,
    target: element && cs.describe(element),
    pointer,
    viewport: { w: innerWidth, h: innerHeight, dpr: devicePixelRatio, scroll_x: scrollX, scroll_y: scrollY },
    value, trusted, cause,
    field: element && cs.isField(element) ? cs.describeField(element) : null,
  });
})();
