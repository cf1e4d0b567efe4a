import { whenReady } from '../../../http/awaitable.ts';
import { HttpError } from '../../../http/http-error.ts';
import { json, jsonHead, NO_HEADERS } from '../../../http/respond.ts';
import type { HeaderList } from '../../../http/respond.ts';
import { formatTime } from '../../../models/base.ts';
import { assertMayAddTo } from '../../../web/gate.ts';
import type { Handler, WebRequest } from '../../../web/request.ts';
import { found } from '../../../web/found.ts';
import { bodyOf, required } from './body.ts';
import { showUser } from './show-user.ts';

/** Users in one answer, at most. */
const MAX_PAGE_LENGTH = 1_000;

/** `GET /api/v1/users`: the users, the oldest first, in pages. */
export const listUsers: Handler = async (request, { users }) => {
  const { limit, after } = pageOf(request);
  // One more than is shown tells whether there are more.
  const page = await users.page(after, limit + 1);
  if (page === null) throw new HttpError(400, 'after names no user: begin again without it');
  const shown = page.slice(0, limit);
  const headers = page.length > limit ? linkToNext(shown.at(-1)?.id ?? '', limit) : NO_HEADERS;
  // The text of a thousand users is not made for a client that wants none of it.
  if (request.method === 'HEAD') return jsonHead(200, headers);
  return json(
    200,
    shown.map((user) => user.toJson()),
    headers,
  );
};

function pageOf({ query }: WebRequest): { readonly limit: number; readonly after: string | null } {
  const limit = query.get('limit') ?? String(MAX_PAGE_LENGTH);
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_PAGE_LENGTH) {
    throw new HttpError(400, `limit must be a whole number from 1 to ${MAX_PAGE_LENGTH}`);
  }
  return { limit: Number(limit), after: query.get('after') };
}

/** Source: RFC 8288 section 3. */
function linkToNext(after: string, limit: number): HeaderList {
  return [['Link', `</api/v1/users?limit=${limit}&after=${encodeURIComponent(after)}>; rel="next"`]];
}

/** `GET /api/v1/users/:id`: a user; `me` is the one who asks (tutorial task 0). */
export const getUser: Handler = (request, { users }) => {
  const id = request.targetUserId();
  const { currentUser } = request;
  return whenReady(currentUser?.id === id ? currentUser : users.get(id), (user) => showUser(200, found(user)));
};

/** `POST /api/v1/users`: makes a user, with a password or an invitation. */
export const createUser: Handler = async (request, services) => {
  const body = await bodyOf(request);
  const input = {
    email: required(body, 'email'),
    firstName: body.get('first_name'),
    lastName: body.get('last_name'),
    groups: body.get('groups'),
  };
  assertMayAddTo(input.groups, request, services);
  if (body.get('invite') === true) {
    const { user, link } = found(await services.passwords.invite(input, request));
    const invitation = { ...user.toJson(), expires_at: formatTime(link.expiresAt), url: link.url };
    return json(201, sorted(invitation), locationOf(user.id));
  }
  const user = await services.accounts.create(input, required(body, 'password'), request);
  return showUser(201, user, locationOf(user.id));
};

function locationOf(id: string): HeaderList {
  return [['Location', `/api/v1/users/${encodeURIComponent(id)}`]];
}

/** JSON answers have their keys in alphabetical order. */
function sorted(fields: { readonly [name: string]: string | null }): { readonly [name: string]: string | null } {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `PUT /api/v1/users/:id`: changes the names that are given. */
export const updateUser: Handler = async (request, { users, accounts }) => {
  const id = request.targetUserId();
  found(await users.get(id));
  const body = await bodyOf(request);
  const names = { firstName: body.get('first_name'), lastName: body.get('last_name') };
  return showUser(200, found(await accounts.changeNames(id, names)));
};

/** `PUT /api/v1/users/:id/email`: changes the email by which the user signs in. */
export const updateEmail: Handler = async (request, { users, accounts }) => {
  const id = request.targetUserId();
  found(await users.get(id));
  const email = required(await bodyOf(request), 'email');
  return showUser(200, found(await accounts.changeEmail(id, email, request)));
};

/** `DELETE /api/v1/users/:id`: removes a user, and ends every session of that user. */
export const deleteUser: Handler = async (request, { accounts }) => {
  found(await accounts.remove(request.targetUserId(), request));
  return json(200, {});
};

/** `GET /api/v1/users/:id/groups`. */
export const getGroups: Handler = async (request, { users }) => {
  const { groups } = found(await users.get(request.targetUserId()));
  return json(200, { groups });
};

/** `PUT /api/v1/users/:id/groups`: the user is in these groups from now on, and in no other. */
export const updateGroups: Handler = async (request, { users, accounts }) => {
  const id = request.targetUserId();
  found(await users.get(id));
  const wanted = (await bodyOf(request)).get('groups');
  const { groups } = found(await accounts.changeGroups(id, () => wanted, request));
  return json(200, { groups });
};
