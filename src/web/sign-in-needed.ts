import { HttpError } from '../http/http-error.ts';

/** Refused, where a sign-in would let the request through: nobody is signed in, or that was too long ago. */
export class SignInNeeded extends HttpError {}
