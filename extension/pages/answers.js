/** What the pages that ask a person have in common. */
export const element = (id) => document.getElementById(id);

/**
 * Runs `run` when a button is pressed; what goes wrong is said on the page, and the button can be pressed again.
 * @param {string} id
 * @param {() => Promise<void>} run
 */
export function onPress(id, run) {
  element(id).addEventListener('click', async () => {
    element('trouble').hidden = true;
    try {
      await run();
    } catch (problem) {
      element('trouble').textContent = problem.message;
      element('trouble').hidden = false;
    }
  });
}

/** Asks the browser; only a page that was just pressed may. */
export async function request(origins) {
  if (!await chrome.permissions.request({ origins })) throw new Error('The browser has not allowed it, so nothing has changed.');
}

/** Tells the background, which then closes this page. */
export async function answer(said) {
  const { error } = await chrome.runtime.sendMessage({ kind: 'answer', ...said });
  if (error) throw new Error(error);
}
