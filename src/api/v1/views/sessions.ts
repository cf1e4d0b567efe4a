import type { SessionEntry } from '../../../accounts/session-entry.ts';
import { HttpError } from '../../../http/http-error.ts';
import { json } from '../../../http/respond.ts';
import { formatTime } from '../../../models/base.ts';
import type { Handler, WebRequest } from '../../../web/request.ts';
import { sessionCookie } from '../../../web/session-cookie.ts';
import { found, sessionsOf } from '../../../web/found.ts';

/** `GET /api/v1/users/:id/sessions`: the live sessions of a user, the one used last first. */
export const listSessions: Handler = async (request, services) => {
  const id = request.targetUserId();
  found(await services.users.get(id));
  const entries = await sessionsOf(services).list(id);
  return json(200, { sessions: entries.map((entry) => showSession(entry, request)) });
};

/** `DELETE /api/v1/users/:id/sessions/:handle`: ends one session. */
export const endSession: Handler = async (request, services) => {
  const id = request.targetUserId();
  const ended = found(await sessionsOf(services).endOne(id, request.parameter('handle'), request));
  return json(200, {}, ended.id === request.currentSession?.id ? sessionCookie(request, services, null) : []);
};

/** `DELETE /api/v1/users/:id/sessions`: ends every session, or with `?keep=current` all but the one that asks. */
export const endSessions: Handler = async (request, services) => {
  const id = request.targetUserId();
  const keep = request.query.get('keep');
  if (keep !== null && keep !== 'current') throw new HttpError(400, 'keep must be current, or absent');
  found(await services.users.get(id));
  const { currentSession } = request;
  await sessionsOf(services).endAll(id, keep === null ? null : (currentSession?.id ?? null), request);
  const isOver = keep === null && currentSession?.userId === id;
  return json(200, {}, isOver ? sessionCookie(request, services, null) : []);
};

function showSession({ handle, session, endsAt }: SessionEntry, request: WebRequest) {
  return {
    address: session.client.address,
    created_at: formatTime(session.createdAt),
    current: session.id === request.currentSession?.id,
    expires_at: endsAt === null ? null : formatTime(endsAt),
    handle,
    last_seen_at: formatTime(session.lastSeenAt),
    user_agent: session.client.userAgent,
  };
}
