/** A client made from `openapi.json`: signs in, lists the users, signs out. Arguments: address, email, password. */
import createClient from 'openapi-fetch';
import type { paths } from './schema.ts';

const [, , baseUrl = '', email = '', password = ''] = process.argv;
const { GET, POST, DELETE } = createClient<paths>({ baseUrl });

const signedIn = await POST('/api/v1/auth_session/login', { body: { email, password } });
if (signedIn.error !== undefined) throw new Error(signedIn.error.error);

// A browser keeps the cookie by itself; fetch in Node does not.
const [cookie = ''] = signedIn.response.headers.getSetCookie();
const headers = { cookie: cookie.slice(0, cookie.indexOf(';')) };

const users = await GET('/api/v1/users', { headers, params: { query: { limit: 10 } } });
if (users.error !== undefined) throw new Error(users.error.error);
for (const user of users.data) console.log(user.email, user.created_at);

const signedOut = await DELETE('/api/v1/auth_session/logout', { headers });
if (signedOut.error !== undefined) throw new Error(signedOut.error.error);

const { response } = await GET('/api/v1/users/{id}', { headers, params: { path: { id: 'me' } } });
console.log('after signing out:', response.status);
