import { DuplicateValueError, InvalidValueError } from '../../../errors.ts';
import { HttpError } from '../../../http/http-error.ts';
import { json, NO_HEADERS } from '../../../http/respond.ts';
import type { Answer, HeaderList } from '../../../http/respond.ts';
import { checkedEmail, checkedName } from '../../../models/user-input.ts';
import { User } from '../../../models/user.ts';
import { shareOf } from '../../../security/client-share.ts';
import { passwordProblem } from '../../../security/password-policy.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Auth } from '../auth/auth.ts';
import { SessionAuth } from '../auth/session-auth.ts';
import type { ApiRequest, Handler } from '../../../web/request.ts';

const WRONG_FORMAT = 'Wrong format';
const ME = 'me';

/** A user as the API shows one. */
export function showUser(status: number, user: User, headers: HeaderList = NO_HEADERS): Answer {
  return { status, content: user.content, headers };
}

/** `GET /api/v1/users`: every user, the oldest first. */
export const listUsers: Handler = async (_request, { users }) => {
  const all = await users.all();
  return json(
    200,
    all.map((user) => user.toJson()),
  );
};

/** `GET /api/v1/users/:id`: a user; `me` is the one who asks (tutorial task 0). */
export const getUser: Handler = (request, { users }) => {
  const id = request.parameter('id');
  return whenReady(id === ME ? request.currentUser : users.get(id), (user) => {
    if (user === null) throw new HttpError(404);
    return showUser(200, user);
  });
};

/** `POST /api/v1/users`: makes a user. */
export const createUser: Handler = async (request, services) => {
  const { users, passwords, passwordMinLength, securityLog, clock } = services;
  const body = await bodyOf(request);
  const email = required(body, 'email');
  const password = required(body, 'password');
  const fields = {
    email: checkedEmail(email),
    firstName: checkedName('first_name', body.get('first_name')),
    lastName: checkedName('last_name', body.get('last_name')),
  };
  if (typeof password !== 'string') throw new InvalidValueError('password', 'password must be a text');
  const problem = passwordProblem(password, passwordMinLength);
  if (problem !== null) throw new InvalidValueError('password', problem);
  // Before the hash, which is dear; `save` looks again.
  const [taken] = await users.search({ email: fields.email });
  if (taken !== undefined) throw new DuplicateValueError('users', 'email');

  const passwordHash = await passwords.hash(password, shareOf({ address: request.address, userId: request.currentUser?.id ?? null }));
  const user = await users.save(new User({ ...fields, passwordHash, createdAt: clock() }));
  securityLog.userCreated({ address: request.address, userId: user.id, by: request.currentUser?.id ?? null });
  return showUser(201, user, [['Location', `/api/v1/users/${user.id}`]]);
};

/** `PUT /api/v1/users/:id`: changes the names that are given. */
export const updateUser: Handler = async (request, { users, clock }) => {
  const id = request.parameter('id');
  if ((await users.get(id)) === null) throw new HttpError(404);
  const body = await bodyOf(request);
  const firstName = checkedName('first_name', body.get('first_name'));
  const lastName = checkedName('last_name', body.get('last_name'));
  const user = await users.update(id, (current) =>
    current.with({
      firstName: firstName ?? current.firstName,
      lastName: lastName ?? current.lastName,
      updatedAt: clock(),
    }),
  );
  if (user === null) throw new HttpError(404);
  return showUser(200, user);
};

/** `DELETE /api/v1/users/:id`: removes a user, and ends every session of that user. */
export function deleteUser(auth: Auth | null): Handler {
  return async (request, { users, securityLog }) => {
    const user = await users.remove(request.parameter('id'));
    if (user === null) throw new HttpError(404);
    if (auth instanceof SessionAuth) auth.endSessionsOf(user.id);
    securityLog.userDeleted({ address: request.address, userId: user.id, by: request.currentUser?.id ?? null });
    return json(200, {});
  };
}

async function bodyOf(request: ApiRequest): Promise<Map<string, unknown>> {
  const body = await request.json();
  if (body === null) throw new HttpError(400, WRONG_FORMAT);
  return body;
}

/** @throws {HttpError} 400 where the member is absent, null or empty */
function required(body: ReadonlyMap<string, unknown>, name: string): unknown {
  const value = body.get(name) ?? '';
  if (value === '') throw new HttpError(400, `${name} missing`);
  return value;
}
