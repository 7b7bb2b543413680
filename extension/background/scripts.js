/** The scripts that run in pages, each list in the order in which it must run. */

/** In the recorder's own pages. */
export const BRIDGE = ['content/ask.js', 'content/bridge.js'];

/** In pages that may be recorded. */
export const RECORDING = [
  'vendor/finder.js',
  'vendor/dom-accessibility-api.js',
  'content/mask_text.js',
  'content/mask_field.js',
  'content/mask_url.js',
  'content/mask_event.js',
  'content/stable.js',
  'content/selectors.js',
  'content/names.js',
  'content/around.js',
  'content/candidates.js',
  'content/passwords.js',
  'content/fields.js',
  'content/roots.js',
  'content/frames.js',
  'content/envelope.js',
  'content/ask.js',
  'content/exit.js',
  'content/clicks.js',
  'content/inputs.js',
  'content/keys.js',
  'content/scrolls.js',
  'content/hovers.js',
  'content/drags.js',
  'content/clipboard.js',
  'content/dialogs.js',
  'content/resizes.js',
  'content/navigation.js',
  'content/main.js',
];

/** In the same pages, among their own scripts. */
export const AMONG_THE_PAGES_OWN = ['page/dialogs.js'];

/** First of all in a page that was open before the extension was let in. */
export const LATE = ['content/late.js'];
