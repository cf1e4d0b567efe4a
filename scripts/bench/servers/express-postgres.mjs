/** Express 5 + express-session, sessions in PostgreSQL by connect-pg-simple, in the database that the harness names. */
import createPgStore from 'connect-pg-simple';
import session from 'express-session';

import { serveExpress } from './express-app.mjs';

const PgStore = createPgStore(session);

// `disableTouch`: no request moves the end of its session on. All else is its default, a pool of ten connections too.
serveExpress(new PgStore({ conString: process.env.DATABASE_URL, disableTouch: process.env.BENCH_DISABLE_TOUCH === 'true' }));
