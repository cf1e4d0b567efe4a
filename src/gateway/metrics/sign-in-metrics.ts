import type { OnSecurityEvent, SignInFailure, SignInMethod } from '../../accounts/security-log.ts';
import { Counter } from './counter.ts';
import type { CounterSeries } from './counter.ts';
import type { Family, Source } from './text-format.ts';

type Result = 'succeeded' | SignInFailure;

/** As objects, so that a new method or result that is not here does not compile. */
const METHODS: { readonly [M in SignInMethod]: true } = { session: true, basic: true, password_change: true };
const RESULTS: { readonly [R in Result]: true } = {
  succeeded: true,
  unknown_email: true,
  wrong_password: true,
  throttled: true,
};

/** Sign-ins by how they ended, and requests refused since too many hashes wait. */
export class SignInMetrics implements Source {
  readonly #signIns = new Counter('session_auth_sign_ins_total', 'Sign-ins, by how the user proved who it is and how that ended', [
    'method',
    'result',
  ]);
  readonly #overloaded = new Counter(
    'session_auth_overloaded_total',
    'Requests refused since as many password hashes waited as may',
  );
  /** By method and result. All from the start: Prometheus sees no increase in a series that begins with 1. */
  readonly #series = new Map<string, CounterSeries>();

  constructor() {
    for (const method of Object.keys(METHODS)) {
      for (const result of Object.keys(RESULTS)) {
        this.#series.set(`${method} ${result}`, this.#signIns.of(method, result));
      }
    }
  }

  /** Is told of every event of the security log. */
  readonly onSecurityEvent: OnSecurityEvent = (event, fields) => {
    if (event === 'overloaded') return this.#overloaded.of().increment();
    const result = event === 'sign_in_succeeded' ? 'succeeded' : event === 'sign_in_failed' ? fields['reason'] : null;
    if (result !== null) this.#series.get(`${fields['method']} ${result}`)?.increment();
  };

  collect(): readonly Family[] {
    return [...this.#signIns.collect(), ...this.#overloaded.collect()];
  }
}
