/** Express 5 + express-session, sessions in files by session-file-store, in the directory that the harness names. */
import session from 'express-session';
import createFileStore from 'session-file-store';

import { serveExpress } from './express-app.mjs';

const FileStore = createFileStore(session);

// Its own log is off, as the other peers' is; everything else is its default.
serveExpress(new FileStore({ path: process.env.BENCH_DIRECTORY, logFn: () => {} }));
