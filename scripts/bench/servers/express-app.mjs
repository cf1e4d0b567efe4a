/** Express 5 with express-session, as its documentation sets it up; the Express peers differ in the store. */
import express from 'express';
import session from 'express-session';

import { announce, user, usersById } from './sample.mjs';
import { SECRET } from './secret.mjs';

/**
 * @param {import('express-session').Store} [store] express-session's own MemoryStore where absent
 */
export function serveExpress(store) {
  const app = express();
  // The two `false` are what the documentation advises, and the faster choice: nothing is stored again unchanged.
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));

  app.post('/login', (request, response) => {
    request.session.userId = user.id;
    response.json(user);
  });

  app.get('/api/v1/users/me', (request, response) => {
    const current = usersById.get(request.session.userId);
    if (current === undefined) {
      response.status(403).json({ error: 'Forbidden' });
      return;
    }
    response.json(current);
  });

  const server = app.listen(0, '127.0.0.1', () => announce(server.address().port));
}
