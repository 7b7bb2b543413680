/** This page was open before the extension was let in: nobody has seen what happened on it so far. */
(globalThis.codesightContent ??= {}).late = true;
