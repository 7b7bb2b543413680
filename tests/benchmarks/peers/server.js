/** What both peers share: the socket's conversation as far as the crowd needs it. Nothing is validated or masked. */
import { WebSocketServer } from 'ws';

/**
 * Serves on loopback and says so on standard output.
 * @param {(sessionId: number, events: object[]) => Promise<void>} store resolves once the events are committed
 */
export function serve(store) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) });
  server.on('listening', () => console.log('ready'));
  server.on('connection', (socket, request) => {
    const sessionId = Number(new URL(request.url, 'http://localhost').searchParams.get('session'));
    const say = (frame) => socket.send(JSON.stringify(frame));
    socket.on('error', (problem) => console.error(problem));
    socket.on('message', async (data) => {
      const frame = JSON.parse(data);
      if (frame.type === 'hello') say({ type: 'welcome' });
      if (frame.type !== 'events') return;
      await store(sessionId, frame.events);
      say({ type: 'ack', seq: frame.events.at(-1).seq });
    });
  });
}
