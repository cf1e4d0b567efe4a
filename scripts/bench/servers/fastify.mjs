/** Fastify 5 + @fastify/cookie + @fastify/session, sessions in its memory store. */
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import Fastify from 'fastify';

import { announce, user, usersById } from './sample.mjs';
import { SECRET } from './secret.mjs';

const app = Fastify();
await app.register(cookie);
await app.register(session, {
  secret: SECRET,
  cookie: { secure: false },
  // As in the Express peers, and the faster choice: no Set-Cookie on an answer that changed nothing.
  rolling: false,
  saveUninitialized: false,
});

app.post('/login', (request, reply) => {
  request.session.userId = user.id;
  reply.send(user);
});

app.get('/api/v1/users/me', (request, reply) => {
  const current = usersById.get(request.session.userId);
  if (current === undefined) {
    reply.code(403).send({ error: 'Forbidden' });
    return;
  }
  reply.send(current);
});

await app.listen({ host: '127.0.0.1', port: 0 });
announce(app.server.address().port);
