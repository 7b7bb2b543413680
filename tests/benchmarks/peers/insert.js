/** The architecture that people start with: `ws`, `pg`'s pool, one INSERT an event. */
import pg from 'pg';

import { serve } from './server.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

const INSERT = {
  name: 'insert',
  text: `INSERT INTO event (session_id, seq, type, t_wall, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session_id, seq) DO NOTHING`,
};

serve((sessionId, events) =>
  Promise.all(
    events.map((event) =>
      pool.query({ ...INSERT, values: [sessionId, event.seq, event.type, event.t_wall, JSON.stringify(event)] }),
    ),
  ),
);
