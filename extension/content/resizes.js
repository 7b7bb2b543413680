/** The window's size, once it has come to rest; the viewport of the event holds it. Of the tab's top page only. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const REST = 250;

  cs.watchResizes = (exit) => {
    if (!cs.isTop) return () => {};
    let timer = null;
    let size = `${innerWidth}x${innerHeight}`;

    function rested() {
      const now = `${innerWidth}x${innerHeight}`;
      if (now !== size) exit.emit('resize', {});
      size = now;
    }

    const stop = cs.listen(window, ['resize'], () => {
      clearTimeout(timer);
      timer = setTimeout(rested, REST);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  };
})();
