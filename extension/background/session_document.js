/** The session document that the popup offers as a download: a plain projection of the masked events. */

const SUMMARY = {
  clicks: ['click', 'double_click', 'right_click'], inputs: ['input', 'select', 'check'], scrolls: ['scroll'], navigations: ['navigation'],
};

/** The candidates' best CSS selector; empty for events without an element. */
function selectorOf(target) {
  return target?.candidates.find((candidate) => candidate.strategy === 'css')?.value ?? '';
}

function entry(event) {
  const { target, value, pointer } = event;
  return {
    type: event.type,
    data: {
      selector: selectorOf(target),
      element: target?.tag ?? '',
      text: value?.text ?? target?.text ?? '',
      coordinates: { x: pointer?.x ?? 0, y: pointer?.y ?? 0 },
      url: event.url,
      timestamp: event.t_wall,
    },
  };
}

const iso = (time) => (time === null ? null : new Date(time).toISOString());

/**
 * @param {{id: string, started_at: number | null, ended_at: number | null}} session
 * @param {object[]} events masked, in order of `seq`
 * @param {number} now Unix milliseconds, the end of a session that still runs
 */
export function sessionDocument(session, events, now) {
  const start = session.started_at ?? events[0]?.t_wall ?? null;
  const end = session.ended_at ?? (start === null ? null : now);
  const count = (types) => events.filter((event) => types.includes(event.type)).length;
  return {
    sessionId: session.id,
    startTime: iso(start),
    endTime: iso(end),
    duration: start === null ? 0 : Math.max(0, end - start),
    totalEvents: events.length,
    events: events.map(entry),
    summary: {
      ...Object.fromEntries(Object.entries(SUMMARY).map(([name, types]) => [name, count(types)])),
      pagesVisited: [...new Set(events.map((event) => event.url).filter(Boolean))],
    },
  };
}
