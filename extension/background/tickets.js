/** A fresh ticket, asked for with the cookies of the person who is signed in at the server. */

/**
 * @returns {Promise<{ticket: string} | {refused: string} | {unreachable: string}>} `refused`: asking again is pointless
 */
export async function fetchTicket(server, session) {
  let answer;
  try {
    answer = await fetch(`${server}/api/sessions/${encodeURIComponent(session)}/ticket`, {
      credentials: 'include', headers: { Accept: 'application/json' }, cache: 'no-store',
    });
  } catch {
    return { unreachable: 'The server cannot be reached.' };
  }
  if (answer.status >= 500 || answer.status === 429) return { unreachable: `The server answered ${answer.status}.` };
  const { ticket } = await answer.json().catch(() => ({}));
  if (answer.ok && ticket) return { ticket };
  if (answer.status === 401) return { refused: 'Sign in at the server in this browser, then connect again.' };
  return { refused: `The server knows no open recording session ${session} of yours.` };
}
