/** Dragging: from where, by how much, and onto what. Selecting text and moving a slider of the browser's own are none. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  /** CSS pixels; less is a click by an unsteady hand. */
  const SHORTEST = 12;
  const LEFT_BUTTON = 0;

  const at = ({ clientX, clientY }) => ({ x: clientX, y: clientY });

  cs.watchDrags = (exit) => {
    /** What was taken, since the button went down. */
    let taken = null;

    function onDown(event) {
      const hit = event.isTrusted && event.button === LEFT_BUTTON ? cs.deepTarget(event) : null;
      if (!hit || cs.fieldAt(hit)) {
        taken = null;
        return;
      }
      const element = cs.meant(hit);
      taken = { element, pointer: cs.pointerOf(event, element), from: at(event), native: false, onto: null };
    }

    function onStart() {
      if (taken) taken.native = true;
    }

    function onDrop(event) {
      if (taken) taken.onto = cs.deepTarget(event);
    }

    function onEnd(event) {
      const drag = taken;
      taken = null;
      if (!drag) return;
      const to = at(event);
      const moved = { dx: to.x - drag.from.x, dy: to.y - drag.from.y };
      const selected = !drag.native && !(getSelection()?.isCollapsed ?? true);
      if (Math.hypot(moved.dx, moved.dy) < SHORTEST || selected) return;
      const under = drag.native ? drag.onto : cs.deepTarget(event);
      const onto = under && cs.meant(under) !== drag.element ? cs.describe(cs.meant(under)) : null;
      exit.emit('drag', { element: drag.element, pointer: drag.pointer, value: { kind: 'drag', ...moved, onto }, trusted: event.isTrusted });
    }

    /** The browser takes the pointer away when it begins a drag of its own, and ends that with `dragend`. */
    const stops = [
      cs.listen(document, ['pointerdown'], onDown),
      cs.listen(document, ['dragstart'], onStart),
      cs.listen(document, ['drop'], onDrop),
      cs.listen(document, ['pointerup', 'dragend'], onEnd),
    ];
    return () => stops.forEach((stop) => stop());
  };
})();
