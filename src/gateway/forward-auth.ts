import type { Identity } from '../api/v1/auth/auth.ts';
import { takesHtml } from '../http/media-type.ts';
import { NO_HEADERS } from '../http/respond.ts';
import type { Answer, HeaderList } from '../http/respond.ts';
import { httpErrorOf } from '../web/error-answer.ts';
import type { Handler, WebRequest } from '../web/request.ts';
import type { Services } from '../web/services.ts';
import { identityHeaders } from './identity-headers.ts';

/** What a proxy may ask: the groups of which the user must be in one. */
const GROUP_PARAMETER = 'group';

/** What a proxy is told: who is signed in, that nobody is, that this user may not, or to ask again later. */
type Verdict =
  | { readonly kind: 'allowed'; readonly identity: Identity }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'later'; readonly status: number; readonly headers: HeaderList };

/**
 * `/api/v1/auth_request`, for nginx's `auth_request` and for HAProxy: 204 with who asks, 401 with where to sign in,
 * or 403. Of any other status nginx makes a 500. Answers have no content, or nginx opens a connection for each.
 */
export const authRequest: Handler = async (request, services) => {
  const verdict = await judge(request, services);
  switch (verdict.kind) {
    case 'allowed':
      return empty(204, identityHeaders(verdict.identity.user));
    case 'anonymous':
      return empty(401, [challenge(services), ...signInLocation(request, services)]);
    case 'denied':
      return empty(403);
    case 'later':
      return empty(403, verdict.headers);
  }
};

/**
 * `/api/v1/forward_auth`, for Caddy's `forward_auth` and Traefik's `ForwardAuth`, which pass every answer on to the
 * client: browsers are led to the sign-in, others are told 401.
 */
export const forwardAuth: Handler = async (request, services) => {
  const verdict = await judge(request, services);
  switch (verdict.kind) {
    case 'allowed':
      return empty(204, identityHeaders(verdict.identity.user));
    case 'anonymous': {
      const location = isBrowser(request) ? signInLocation(request, services) : NO_HEADERS;
      return location.length > 0 ? empty(303, location) : empty(401, [challenge(services)]);
    }
    case 'denied':
      return empty(403);
    case 'later':
      return empty(verdict.status, verdict.headers);
  }
};

/** Never lets anybody through whom it does not know, whatever goes wrong. */
async function judge(request: WebRequest, { auth }: Services): Promise<Verdict> {
  // AUTH_TYPE=none: nobody is known, so nobody may pass.
  if (auth === null) return { kind: 'anonymous' };
  try {
    const identity = await auth.authenticate(request);
    if (identity === null) return { kind: 'anonymous' };
    return mayPass(identity, request.query) ? { kind: 'allowed', identity } : { kind: 'denied' };
  } catch (error) {
    const known = httpErrorOf(error);
    if (known?.status !== 429 && known?.status !== 503) throw error;
    return { kind: 'later', status: known.status, headers: known.headers };
  }
}

/** A parameter that is not known may be a `group` that was mistyped: it lets nobody through. */
function mayPass({ user }: Identity, query: URLSearchParams): boolean {
  if ([...query.keys()].some((name) => name !== GROUP_PARAMETER)) return false;
  const wanted = query.getAll(GROUP_PARAMETER);
  return wanted.length === 0 || wanted.some((group) => user.groups.includes(group));
}

/** Where to sign in, and where the person was going: nothing where this server has no page for it. */
function signInLocation(request: WebRequest, services: Services): HeaderList {
  const publicUrl = services.publicUrl();
  if (publicUrl === null || services.auth?.sessions == null) return NO_HEADERS;
  const going = whereTo(request);
  // Encoded here: proxies pass an address on as it is, and its own parameters would become ours.
  const query = going === null ? '' : `?rd=${encodeURIComponent(going)}`;
  return [['Location', `${publicUrl}/login${query}`]];
}

/** The address that the client asked the proxy for. It feeds the redirect, which is checked, and nothing else. */
function whereTo({ headers }: WebRequest): string | null {
  const original = headers['x-original-url'];
  if (typeof original === 'string') return wellFormed(original);
  const { 'x-forwarded-proto': proto, 'x-forwarded-host': host, 'x-forwarded-uri': uri } = headers;
  if (typeof proto !== 'string' || typeof host !== 'string') return null;
  return wellFormed(`${proto}://${host}${typeof uri === 'string' ? uri : '/'}`);
}

function wellFormed(address: string): string | null {
  return /^https?:\/\//i.test(address) && URL.canParse(address) && address.length <= MAX_ADDRESS_LENGTH ? address : null;
}

/** A sign-in does not lead back to a longer address, since header fields are bounded. In characters. */
const MAX_ADDRESS_LENGTH = 4_096;

/** Whether the client shows pages: it asks to read, and takes HTML. */
function isBrowser({ method, headers }: WebRequest): boolean {
  const forwarded = headers['x-forwarded-method'];
  const asked = typeof forwarded === 'string' ? forwarded : method;
  return (asked === 'GET' || asked === 'HEAD') && takesHtml(headers.accept);
}

function challenge({ challenge: text }: Services): readonly [string, string] {
  return ['WWW-Authenticate', text];
}

function empty(status: number, headers: HeaderList = NO_HEADERS): Answer {
  // Said, or node:http sends it chunked; never with 204 (RFC 9110 section 8.6).
  return { status, content: null, headers: status === 204 ? headers : [...headers, ['Content-Length', '0']] };
}
