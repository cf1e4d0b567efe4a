/** Express 5 + express-session, sessions in its MemoryStore. */
import { serveExpress } from './express-app.mjs';

serveExpress();
