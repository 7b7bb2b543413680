/** Sites as the browser's permissions name them. */

/**
 * What "every site" asks for. A server is named with both schemes in one pattern, which neither of these holds: so
 * the browser keeps a server's permission when these are given back. `http://server/*` would go with them.
 */
export const EVERY_SITE = ['http://*/*', 'https://*/*'];

/** The permission to talk to a server: its own host, whatever the port, for a port needs a scheme. */
export const serverPattern = (origin) => `*://${new URL(origin).hostname}/*`;

/**
 * A site with the sites below it, as people write it: an address or a bare name.
 * @returns {string[]}
 * @throws {Error} with a sentence for people
 */
export function sitePatterns(written) {
  let url;
  try {
    url = new URL(/^https?:\/\//iu.test(written) ? written : `https://${written}`);
  } catch {
    throw new Error(`“${written}” is not the address of a site.`);
  }
  const name = url.hostname.replace(/^www\./u, '');
  const numeric = /^[\d.]+$|^\[/u.test(name);
  return ['http', 'https'].map((scheme) => `${scheme}://${numeric ? '' : '*.'}${name}/*`);
}

/** The name that people know a granted pattern by. */
export const siteName = (pattern) => pattern.replace(/^[a-z*]+:\/\/(?:\*\.)?/u, '').replace(/\/\*$/u, '');
