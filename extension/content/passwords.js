/**
 * Which text fields were password fields once. A "show password" button turns the field into a text field, or puts one
 * in its place; what it holds is a password all the same. Watched from the page's beginning, recorded or not.
 */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const PASSWORD = 'input[type=password i]';

  const oncePassword = new WeakSet();
  /** Names and ids of password fields, and the elements in which there was one that is gone. */
  const called = new Set();
  const places = new WeakSet();
  /** Text fields that somebody had filled in before this script came: nobody has seen whether they showed a password. */
  const filledBefore = new WeakSet();

  function notice(element) {
    oncePassword.add(element);
    for (const name of [element.getAttribute('name'), element.id]) if (name) called.add(name);
  }

  /** Whether this is, or was, or stands for, a password field. */
  cs.wasPassword = (element) => {
    if (element.type === 'password') notice(element);
    if (oncePassword.has(element)) return true;
    const replaces = element.localName === 'input' && (called.has(element.getAttribute('name')) || called.has(element.id)
      || places.has(element.parentNode));
    if (replaces) notice(element);
    return replaces;
  };

  cs.wasFilledBefore = (element) => filledBefore.has(element);

  const inside = (node) => (node.nodeType === Node.ELEMENT_NODE
    ? [...node.matches(PASSWORD) ? [node] : [], ...node.querySelectorAll(PASSWORD)] : []);

  function onChanges(changes) {
    for (const { type, target, oldValue, removedNodes } of changes) {
      if (type === 'attributes' && oldValue?.toLowerCase() === 'password') notice(target);
      for (const node of removedNodes) {
        for (const field of inside(node)) {
          notice(field);
          if (field === node) places.add(target);
        }
      }
    }
  }

  cs.watchPasswordFields = () => {
    const observer = new MutationObserver(onChanges);
    const watch = {
      subtree: true, childList: true, attributes: true, attributeFilter: ['type'], attributeOldValue: true,
    };
    return cs.inEveryRoot((root) => {
      for (const field of root.querySelectorAll(PASSWORD)) notice(field);
      if (cs.late) for (const field of root.querySelectorAll('input')) if (field.value) filledBefore.add(field);
      observer.observe(root, watch);
      return () => observer.disconnect();
    });
  };
})();
