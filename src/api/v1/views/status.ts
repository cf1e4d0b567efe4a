import { HttpError } from '../../../http/http-error.ts';
import { json } from '../../../http/respond.ts';
import type { Handler } from '../../../web/request.ts';

const STATUS = json(200, { status: 'OK' });

/** `GET /api/v1/status`: the server answers. */
export const showStatus: Handler = () => STATUS;

/**
 * `GET /api/v1/ready`: the server can serve. A store that cannot be read, and a server that is about to stop, answer 503;
 * a disk that is full does not: reads go on, and to take the only server out would help nobody.
 */
export const showReady: Handler = async (_request, { users, isStopping }) => {
  if (isStopping()) throw new HttpError(503, undefined, [['Retry-After', '1']]);
  await users.count();
  return STATUS;
};

/** `GET /api/v1/stats`: how many there are of each model that the API shows. */
export const showStats: Handler = async (_request, { users }) => json(200, { users: await users.count() });

/** `GET /api/v1/unauthorized`: shows the error handler of 401. */
export const showUnauthorized: Handler = () => {
  throw new HttpError(401);
};

/** `GET /api/v1/forbidden`: shows the error handler of 403 (tutorial task 2). */
export const showForbidden: Handler = () => {
  throw new HttpError(403);
};
