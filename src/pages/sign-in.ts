import { InvalidValueError } from '../errors.ts';
import { typedEmail } from '../models/user-input.ts';
import { checkedRedirect } from '../web/redirect-target.ts';
import { sessionCookie } from '../web/session-cookie.ts';
import { bdi, html } from '../http/html.ts';
import { page } from './layout.ts';
import { found, sessionsOf } from '../web/found.ts';
import { submitting } from './view.ts';
import type { PageHandler, View } from './view.ts';

/** `GET /login`: the form, also for somebody who is signed in: to do so again, or as somebody else. */
export const showSignIn: PageHandler = async (view) => {
  const { request, services } = view;
  const email = (await services.auth?.authenticate(request))?.user.email ?? null;
  const target = destination(view);
  const rd = target === null ? null : request.query.get('rd');
  const host = target?.origin == null ? null : new URL(target.origin).host;
  // A step of this server's own asks again: it is the same person, as a rule.
  const value = host === null ? email : null;
  const hint = 'Forgotten? Ask an administrator for a link to set a new one.';
  const fields = html`${view.field('email', 'Email', 'username', { value, isEmail: true, hasFocus: value === null })}
${view.field('password', 'Password', 'current-password', { hint, hasFocus: value !== null })}`;
  const turnedAway = host !== null && html`If <strong>${host}</strong> turned you away, this account may not open it.`;
  const again = host === null && rd !== null && 'Enter your password again to go on.';
  const signedIn = email !== null && html`<p>You are signed in as ${bdi(email)}. ${turnedAway}${again}</p>`;
  return page(view, 'Sign in', html`${signedIn}
${view.form(rd === null ? '/login' : `/login?rd=${encodeURIComponent(rd)}`, 'Sign in', 'main', fields)}`,
    {
      leadsTo: target !== null && URL.canParse(target.location) ? new URL(target.location).origin : null,
      note: host === null ? null : html`<p class="note">You are on your way to <strong>${host}</strong>.</p>`,
    },
  );
};

/** `POST /login`: signs in, and goes on to where the person was going. */
export const signIn = submitting(showSignIn, async (view, typed) => {
  const { request, services } = view;
  const sessions = sessionsOf(services);
  const email = typedEmail(typed.get('email') ?? '');
  const password = typed.get('password') ?? '';
  if (email === '') throw new InvalidValueError('email', 'Enter your email.');
  if (password === '') throw new InvalidValueError('password', 'Enter your password.');
  const former = found(services.auth).sessionKeys(request);
  const result = await services.signIn.signIn(sessions, email, password, request, former);
  // One sentence for both: who has an account here is nobody else's business (OWASP ASVS 5.0, 6.3.8).
  if (result.user === null) throw new InvalidValueError('password', 'The email and password do not belong together.');
  return view.go('/account', sessionCookie(request, services, result.sessionId), destination(view)?.location);
});

function destination({ request, services }: View) {
  const { redirectOrigins, publicUrl } = services.config;
  return checkedRedirect(request.query.get('rd'), { redirectOrigins, publicUrl, requestHost: request.host });
}
